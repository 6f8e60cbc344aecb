//! Invented people and businesses, named as people of the region are.
//!
//! Identifiers begin with 000, which no register issues; addresses of mail end in a
//! domain that nobody owns.

use crate::domain::applicant::{Applicant, ApplicantKind};

use super::dice::{Dice, Weighted};

/// How the peoples of Lai Châu name their children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum People {
    Kinh,
    Thai,
    Hmong,
    Dao,
    HaNhi,
}

const KINH: &[&str] = &[
    "Nguyễn", "Trần", "Lê", "Phạm", "Vũ", "Đỗ", "Bùi", "Hoàng", "Đặng", "Phan", "Ngô", "Đinh", "Trịnh", "Đào",
];
const THAI: &[&str] =
    &["Lò", "Lường", "Quàng", "Cà", "Tòng", "Đèo", "Vàng", "Hà", "Điêu", "Khoàng", "Mào", "Vì"];
const HMONG: &[&str] = &["Giàng", "Vàng", "Thào", "Sùng", "Lý", "Hạng", "Mùa", "Cứ", "Ma", "Chang", "Hảng"];
const DAO: &[&str] = &["Tẩn", "Phàn", "Chẻo", "Lý", "Lò", "Tẩn"];
const HA_NHI: &[&str] = &["Pờ", "Lỳ", "Chu", "Khoàng", "Sừng", "Vàng"];

const MEN: &[&str] = &[
    "Hùng", "Dũng", "Thắng", "Tuấn", "Sơn", "Hải", "Long", "Quân", "Bình", "Toàn", "Đức", "Mạnh", "Cường",
    "Trung", "Hiếu", "Phong", "Khánh", "Minh", "Thành", "Việt",
];
const WOMEN: &[&str] = &[
    "Hương", "Lan", "Mai", "Thu", "Hoa", "Hạnh", "Ngọc", "Phương", "Thảo", "Linh", "Yến", "Hà", "Dung",
    "Nga", "Tuyết", "Oanh", "Hiền", "Thủy", "Anh", "Nhung",
];
const THAI_MEN: &[&str] = &["Panh", "Ún", "Thiên", "Hoán", "Phương", "Ánh", "Xôm", "Thoong", "Chung", "Inh"];
const THAI_WOMEN: &[&str] = &["Pâng", "Ánh", "Xuân", "Phương", "Thoa", "Inh", "Pó", "Lả", "Chiêm", "Bình"];
const HMONG_MEN: &[&str] = &["Páo", "Chứ", "Dơ", "Sử", "Tủa", "Lử", "Dế", "Chinh", "Sình", "Vừ", "Phử", "Nủ"];
const HMONG_WOMEN: &[&str] = &["Mỷ", "Dở", "Súa", "Chía", "Pàng", "Ca", "Sông", "Mai", "Xua", "Dua"];
const DAO_MEN: &[&str] = &["Phù", "Sểnh", "Chiêu", "Láo", "Quyên", "Dì", "Tài"];
const DAO_WOMEN: &[&str] = &["Mẩy", "Ghến", "San", "Lai", "Khé", "Liều"];
const HA_NHI_NAMES: &[&str] = &["Xè Xá", "Go Xá", "Lóng Cà", "Mỳ Xừ", "Hừ Sừ", "Phì Xuy", "Gió Pư"];

const VILLAGES: &[&str] = &[
    "Nà Khan",
    "Nậm Loỏng",
    "Phiêng Lúc",
    "Huổi Lùng",
    "Pắc Khoang",
    "Tà Chải",
    "Sin Chải",
    "Nà Cúng",
    "Hua Nậm",
    "Phìn Hồ",
    "Nậm Cày",
    "Mường Mới",
    "Chiềng Nưa",
    "Bản Giang",
];

const TRADES: &[&str] = &[
    "Xây dựng và Thương mại",
    "Vận tải",
    "Tư vấn đầu tư",
    "Khoáng sản",
    "Chè Tân Uyên",
    "Du lịch Pu Ta Leng",
    "Nông lâm sản",
    "Cơ khí",
    "Thủy điện Nậm Na",
    "Dược phẩm",
];
const MARKS: &[&str] = &[
    "Tây Bắc",
    "Hoàng Liên",
    "An Phát",
    "Minh Long",
    "Hưng Thịnh",
    "Mường Than",
    "Sông Đà",
    "Bình An",
    "Đại Thành",
];

/// What tells officers from applicants: nothing but their work.
pub fn officer(dice: &mut Dice) -> String {
    let peoples =
        Weighted::new([(60, People::Kinh), (28, People::Thai), (8, People::Hmong), (4, People::HaNhi)]);
    person(*peoples.draw(dice).unwrap_or(&People::Kinh), dice)
}

fn person(people: People, dice: &mut Dice) -> String {
    let woman = dice.per_mille(480);
    let middle = if woman { "Thị" } else { "Văn" };
    let (families, men, women) = match people {
        People::Kinh => (KINH, MEN, WOMEN),
        People::Thai => (THAI, THAI_MEN, THAI_WOMEN),
        People::Hmong => (HMONG, HMONG_MEN, HMONG_WOMEN),
        People::Dao => (DAO, DAO_MEN, DAO_WOMEN),
        People::HaNhi => return format!("{} {}", dice.pick(HA_NHI), dice.pick(HA_NHI_NAMES)),
    };
    let middle = if matches!(people, People::Hmong | People::Dao) && !woman { "A" } else { middle };
    let given = dice.pick(if woman { women } else { men });
    format!("{} {middle} {given}", dice.pick(families))
}

/// Who files: a citizen of a place, or a business or organisation.
pub fn applicant(kind: ApplicantKind, place: &str, in_town: bool, dice: &mut Dice) -> Applicant {
    let name = match kind {
        ApplicantKind::Citizen => citizen(in_town, dice),
        ApplicantKind::Business if dice.per_mille(250) => {
            format!("Hợp tác xã {} {}", dice.pick(TRADES), dice.pick(VILLAGES))
        }
        ApplicantKind::Business => format!("Công ty TNHH {} {}", dice.pick(TRADES), dice.pick(MARKS)),
        _ => format!("Ban đại diện cộng đồng bản {}", dice.pick(VILLAGES)),
    };
    let identifier = match kind {
        ApplicantKind::Citizen => format!("000{:09}", dice.below(1_000_000_000)),
        _ => format!("000{:07}", dice.below(10_000_000)),
    };
    let phone = format!("09{}0{:06}", dice.below(10), dice.below(1_000_000));
    let email = dice.per_mille(if in_town { 300 } else { 120 });
    let email = email.then(|| format!("nguoi.nop.{:06}@example.vn", dice.below(1_000_000)));
    let address = if in_town {
        format!("Tổ {}, {place}", dice.between(1, 24))
    } else {
        format!("Bản {}, {place}", dice.pick(VILLAGES))
    };
    Applicant { kind, name, identifier: Some(identifier), phone: Some(phone), email, address: Some(address) }
}

fn citizen(in_town: bool, dice: &mut Dice) -> String {
    let peoples = if in_town {
        [
            (560, People::Kinh),
            (250, People::Thai),
            (110, People::Hmong),
            (60, People::Dao),
            (20, People::HaNhi),
        ]
    } else {
        [
            (120, People::Kinh),
            (380, People::Thai),
            (300, People::Hmong),
            (130, People::Dao),
            (70, People::HaNhi),
        ]
    };
    person(*Weighted::new(peoples).draw(dice).unwrap_or(&People::Thai), dice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_applicant_can_be_taken_in_and_is_plainly_invented() {
        let mut dice = Dice::new(3);
        for kind in [ApplicantKind::Citizen, ApplicantKind::Business, ApplicantKind::Organisation] {
            for town in [true, false] {
                for _ in 0..200 {
                    let one = applicant(kind, "xã Bình Lư", town, &mut dice);
                    assert_eq!(one.check(), Ok(()), "{}", one.name);
                    assert!(one.identifier.unwrap().starts_with("000"));
                    assert!(one.phone.unwrap().starts_with("09"));
                    assert!(one.email.is_none_or(|email| email.ends_with("@example.vn")));
                }
            }
        }
    }
}
