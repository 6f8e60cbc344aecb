//! When the moon is new and where the sun stands, by the published series of J. Meeus,
//! *Astronomical Algorithms*, chapters 49 and 25, good to some seconds and to 0.01°.
//!
//! Times are Julian days. Knows no calendar.

/// The new moon of number 0, in January 2000, in dynamical time.
pub(super) const FIRST_NEW_MOON: f64 = 2_451_550.097_66;
const J2000: f64 = 2_451_545.0;
const DAYS_PER_CENTURY: f64 = 36_525.0;

/// A term of the series: its size in days, the power of the eccentricity that it carries, and its
/// multiples of the sun's anomaly, the moon's anomaly and the moon's argument of latitude.
type Term = (f64, i32, [f64; 3]);

const TERMS: [Term; 24] = [
    (-0.407_20, 0, [0.0, 1.0, 0.0]),
    (0.172_41, 1, [1.0, 0.0, 0.0]),
    (0.016_08, 0, [0.0, 2.0, 0.0]),
    (0.010_39, 0, [0.0, 0.0, 2.0]),
    (0.007_39, 1, [-1.0, 1.0, 0.0]),
    (-0.005_14, 1, [1.0, 1.0, 0.0]),
    (0.002_08, 2, [2.0, 0.0, 0.0]),
    (-0.001_11, 0, [0.0, 1.0, -2.0]),
    (-0.000_57, 0, [0.0, 1.0, 2.0]),
    (0.000_56, 1, [1.0, 2.0, 0.0]),
    (-0.000_42, 0, [0.0, 3.0, 0.0]),
    (0.000_42, 1, [1.0, 0.0, 2.0]),
    (0.000_38, 1, [1.0, 0.0, -2.0]),
    (-0.000_24, 1, [-1.0, 2.0, 0.0]),
    (-0.000_07, 0, [2.0, 1.0, 0.0]),
    (0.000_04, 0, [0.0, 2.0, -2.0]),
    (0.000_04, 0, [3.0, 0.0, 0.0]),
    (0.000_03, 0, [1.0, 1.0, -2.0]),
    (0.000_03, 0, [0.0, 2.0, 2.0]),
    (-0.000_03, 0, [1.0, 1.0, 2.0]),
    (0.000_03, 0, [-1.0, 1.0, 2.0]),
    (-0.000_02, 0, [-1.0, 1.0, -2.0]),
    (-0.000_02, 0, [1.0, 3.0, 0.0]),
    (0.000_02, 0, [0.0, 4.0, 0.0]),
];

/// What the planets add: size in days, angle at number 0 and its growth per new moon, in degrees.
const PLANETS: [(f64, f64, f64); 14] = [
    (0.000_325, 299.77, 0.107_408),
    (0.000_165, 251.88, 0.016_321),
    (0.000_164, 251.83, 26.651_886),
    (0.000_126, 349.42, 36.412_478),
    (0.000_110, 84.66, 18.206_239),
    (0.000_062, 141.74, 53.303_771),
    (0.000_060, 207.14, 2.453_732),
    (0.000_056, 154.84, 7.306_860),
    (0.000_047, 34.52, 27.261_239),
    (0.000_042, 207.19, 0.121_824),
    (0.000_040, 291.34, 1.844_379),
    (0.000_037, 161.72, 24.198_154),
    (0.000_035, 239.56, 25.513_099),
    (0.000_023, 331.55, 3.592_518),
];

/// The instant of a new moon, counted from the first one of 2000, in universal time.
pub(super) fn new_moon(number: i32) -> f64 {
    let k = f64::from(number);
    let t = k / 1_236.85;
    let mean = FIRST_NEW_MOON
        + 29.530_588_861 * k
        + polynomial(t, &[0.0, 0.0, 0.000_154_37, -0.000_000_150, 0.000_000_000_73]);
    let eccentricity = polynomial(t, &[1.0, -0.002_516, -0.000_007_4]);
    let sun = 2.553_4 + 29.105_356_70 * k + polynomial(t, &[0.0, 0.0, -0.000_001_4, -0.000_000_11]);
    let moon = 201.564_3
        + 385.816_935_28 * k
        + polynomial(t, &[0.0, 0.0, 0.010_758_2, 0.000_012_38, -0.000_000_058]);
    let latitude = 160.710_8
        + 390.670_502_84 * k
        + polynomial(t, &[0.0, 0.0, -0.001_611_8, -0.000_002_27, 0.000_000_011]);
    let node = 124.774_6 - 1.563_755_88 * k + polynomial(t, &[0.0, 0.0, 0.002_067_2, 0.000_002_15]);
    let periodic = TERMS.iter().map(|(size, power, [by_sun, by_moon, by_latitude])| {
        let angle = by_sun * sun + by_moon * moon + by_latitude * latitude;
        size * eccentricity.powi(*power) * sine(angle)
    });
    let planets = PLANETS.iter().map(|(size, start, growth)| size * sine(start + growth * k));
    let dynamical = mean + periodic.sum::<f64>() - 0.000_17 * sine(node) + planets.sum::<f64>();
    dynamical - delta_t(dynamical)
}

/// The sun's apparent longitude in degrees, from 0 to below 360, at a universal time.
pub(super) fn sun_longitude(at: f64) -> f64 {
    let t = (at + delta_t(at) - J2000) / DAYS_PER_CENTURY;
    let mean = polynomial(t, &[280.466_46, 36_000.769_83, 0.000_303_2]);
    let anomaly = polynomial(t, &[357.529_11, 35_999.050_29, -0.000_153_7]);
    let centre = polynomial(t, &[1.914_602, -0.004_817, -0.000_014]) * sine(anomaly)
        + polynomial(t, &[0.019_993, -0.000_101]) * sine(2.0 * anomaly)
        + 0.000_289 * sine(3.0 * anomaly);
    let aberration = -0.005_69 - 0.004_78 * sine(125.04 - 1_934.136 * t);
    (mean + centre + aberration).rem_euclid(360.0)
}

/// How far dynamical time is ahead of universal time, in days, by the polynomials of Espenak and
/// Meeus; beyond 2050 it is a forecast.
fn delta_t(at: f64) -> f64 {
    let year = 2000.0 + (at - J2000) / 365.25;
    let seconds = match year {
        year if year < 1920.0 => {
            polynomial(year - 1900.0, &[-2.79, 1.494_119, -0.059_893_9, 0.006_196_6, -0.000_197])
        }
        year if year < 1941.0 => polynomial(year - 1920.0, &[21.20, 0.844_93, -0.076_100, 0.002_093_6]),
        year if year < 1961.0 => polynomial(year - 1950.0, &[29.07, 0.407, -1.0 / 233.0, 1.0 / 2_547.0]),
        year if year < 1986.0 => polynomial(year - 1975.0, &[45.45, 1.067, -1.0 / 260.0, -1.0 / 718.0]),
        year if year < 2005.0 => polynomial(
            year - 2000.0,
            &[63.86, 0.334_5, -0.060_374, 0.001_727_5, 0.000_651_814, 0.000_023_735_99],
        ),
        year if year < 2050.0 => polynomial(year - 2000.0, &[62.92, 0.322_17, 0.005_589]),
        year => {
            let centuries = (year - 1820.0) / 100.0;
            -20.0 + 32.0 * centuries * centuries - 0.562_8 * (2150.0 - year).max(0.0)
        }
    };
    seconds / 86_400.0
}

fn polynomial(at: f64, coefficients: &[f64]) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * at + coefficient)
}

/// Of an angle in degrees.
fn sine(degrees: f64) -> f64 {
    degrees.to_radians().sin()
}
