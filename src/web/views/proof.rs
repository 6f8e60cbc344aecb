//! What a form asks its sender for, to prove once more who they are; what is right is not known here.

use crate::paper::Language;

/// By what whoever looks at a form can prove once more who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Their password, or a code of the second factor.
    Password,
    /// A code alone: they have no password, and have signed in some time ago.
    Code,
    /// They have no password and have signed in just now, which is proof enough.
    Fresh,
    /// They have neither, and have signed in some time ago.
    Anew,
}

impl Proof {
    /// Whether there is anything to type in.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        matches!(self, Self::Password | Self::Code)
    }

    #[must_use]
    pub fn label(&self, language: Language) -> &'static str {
        match self {
            Self::Code => language.choose("Mã xác thực hai lớp", "Two-factor code"),
            Self::Password | Self::Fresh | Self::Anew => language.choose("Mật khẩu của tôi", "My password"),
        }
    }

    #[must_use]
    pub fn autocomplete(&self) -> &'static str {
        match self {
            Self::Code => "one-time-code",
            Self::Password | Self::Fresh | Self::Anew => "current-password",
        }
    }

    /// What else they can do, or have to.
    #[must_use]
    pub fn hint(&self, language: Language) -> Option<&'static str> {
        let (vietnamese, english) = match self {
            Self::Password => (
                "Hoặc mã xác thực hai lớp đang hiện trên điện thoại.",
                "Or the two-factor code now on your phone.",
            ),
            Self::Code => (
                "Mã đang hiện trên điện thoại; hoặc đăng xuất rồi đăng nhập lại bên nhà cung cấp.",
                "The code now on your phone; or sign out and sign in at the provider again.",
            ),
            Self::Fresh => return None,
            Self::Anew => (
                "Việc này cần xác nhận lại: đăng xuất, đăng nhập lại bên nhà cung cấp rồi làm ngay.",
                "This has to be confirmed: sign out, sign in at the provider again and do it at once.",
            ),
        };
        Some(language.choose(vietnamese, english))
    }
}
