#include "core/scrub/key_names.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace understudy::scrub {
namespace {

constexpr std::size_t kNameBytesMax = 96;

enum class Place : std::uint8_t {
  anywhere,  ///< also as the end of a longer word: "userpassword"
  word,      ///< as the last whole word or words: "card_pin"
  alone,     ///< as the whole name
};

struct Ending {
  std::string_view text;
  Place place;
  KeyKind kind;
};

constexpr std::array kEndings = std::to_array<Ending>({
    {"password", Place::anywhere, KeyKind::secret},
    {"passwords", Place::anywhere, KeyKind::secret},
    {"passwd", Place::anywhere, KeyKind::secret},
    {"passwort", Place::anywhere, KeyKind::secret},
    {"passphrase", Place::anywhere, KeyKind::secret},
    {"passcode", Place::anywhere, KeyKind::secret},
    {"pwd", Place::anywhere, KeyKind::secret},
    {"pass", Place::alone, KeyKind::secret_text},
    {"pw", Place::alone, KeyKind::secret_text},
    {"secret", Place::anywhere, KeyKind::secret},
    {"secrets", Place::word, KeyKind::secret_text},
    {"token", Place::anywhere, KeyKind::secret},
    {"tokens", Place::word, KeyKind::secret_text},
    {"apikey", Place::anywhere, KeyKind::secret},
    {"apikeys", Place::anywhere, KeyKind::secret_text},
    {"accesskey", Place::anywhere, KeyKind::secret},
    {"accesskeyid", Place::anywhere, KeyKind::secret},
    {"secretkey", Place::anywhere, KeyKind::secret},
    {"secretkeybase", Place::anywhere, KeyKind::secret},
    {"privatekey", Place::anywhere, KeyKind::secret},
    {"authkey", Place::anywhere, KeyKind::secret},
    {"signingkey", Place::anywhere, KeyKind::secret},
    {"encryptionkey", Place::anywhere, KeyKind::secret},
    {"subscriptionkey", Place::anywhere, KeyKind::secret},
    {"functionskey", Place::anywhere, KeyKind::secret},
    {"credential", Place::anywhere, KeyKind::secret},
    {"credentials", Place::anywhere, KeyKind::secret},
    {"authorization", Place::anywhere, KeyKind::authorization},
    {"auth", Place::word, KeyKind::authorization},
    {"bearer", Place::word, KeyKind::secret},
    {"jwt", Place::word, KeyKind::secret},
    {"sessionid", Place::anywhere, KeyKind::secret},
    {"sessid", Place::anywhere, KeyKind::secret},
    {"sessionkey", Place::anywhere, KeyKind::secret},
    {"cookie", Place::word, KeyKind::secret},
    {"cookies", Place::word, KeyKind::secret_text},
    {"otp", Place::word, KeyKind::secret},
    {"totp", Place::word, KeyKind::secret},
    {"otpcode", Place::word, KeyKind::secret},
    {"pin", Place::word, KeyKind::secret},
    {"cvv", Place::anywhere, KeyKind::secret},
    {"cvc", Place::word, KeyKind::secret},
    {"csc", Place::word, KeyKind::secret},
    {"cvn", Place::word, KeyKind::secret},
    {"cardcode", Place::anywhere, KeyKind::secret},
    {"securitycode", Place::anywhere, KeyKind::secret},
    {"securityanswer", Place::anywhere, KeyKind::secret},
    {"ssn", Place::word, KeyKind::secret},
    {"socialsecuritynumber", Place::anywhere, KeyKind::secret},
    {"socialsecurity", Place::anywhere, KeyKind::secret},
    {"csrf", Place::word, KeyKind::secret},
    {"xsrf", Place::word, KeyKind::secret},
    {"jwtassertion", Place::word, KeyKind::secret},
    {"clientassertion", Place::word, KeyKind::secret},
    {"amzsignature", Place::word, KeyKind::secret},
    {"googsignature", Place::word, KeyKind::secret},
    {"sig", Place::alone, KeyKind::secret_text},
    {"pan", Place::alone, KeyKind::card},
    {"card", Place::alone, KeyKind::card},
    {"cardnumber", Place::anywhere, KeyKind::card},
    {"cardno", Place::anywhere, KeyKind::card},
    {"cardnum", Place::anywhere, KeyKind::card},
    {"ccnumber", Place::anywhere, KeyKind::card},
    {"ccnum", Place::anywhere, KeyKind::card},
    {"ccno", Place::word, KeyKind::card},
    {"creditcard", Place::anywhere, KeyKind::card},
    {"debitcard", Place::anywhere, KeyKind::card},
    {"primaryaccountnumber", Place::anywhere, KeyKind::card},
});

/// Words behind which the telling one stands.
constexpr std::array kQualifiers = std::to_array<std::string_view>(
    {"value",     "hash",         "hashed", "digest", "text",   "plain", "plaintext", "raw",
     "confirm",   "confirmation", "repeat", "again",  "new",    "old",   "current",   "enc",
     "encrypted", "string",       "field",  "input",  "header", "base"});

/// Last letters of all endings and qualifiers: most names are dismissed by theirs.
constexpr std::array<bool, 128> last_letters() {
  std::array<bool, 128> letters{};
  for (const auto& ending : kEndings) letters[static_cast<unsigned char>(ending.text.back())] = true;
  for (const auto word : kQualifiers) letters[static_cast<unsigned char>(word.back())] = true;
  return letters;
}
constexpr auto kLastLetters = last_letters();

/// A name in lower case without separators, and where its words begin.
class FoldedName {
 public:
  explicit FoldedName(std::string_view name) noexcept {
    bool boundary = true;
    for (std::size_t i = 0; i < name.size(); ++i) {
      const char c = name[i];
      if (!is_name_letter(c)) {
        boundary = true;
        continue;
      }
      const bool hump =
          is_upper(c) && i > 0 && (!is_upper(name[i - 1]) || (i + 1 < name.size() && is_lower(name[i + 1])));
      starts_[size_] = boundary || hump;
      letters_[size_++] = ascii_lower(c);
      boundary = false;
    }
    drop_digits();
  }

  std::string_view text() const noexcept { return {letters_.data(), size_}; }

  bool ends_with(std::string_view ending, Place place) const noexcept {
    if (!text().ends_with(ending)) return false;
    const auto at = size_ - ending.size();
    return place == Place::anywhere || (place == Place::word ? starts_[at] : at == 0);
  }

  /// Drops a qualifier that is not the whole name.
  bool drop_qualifier() noexcept {
    for (const auto word : kQualifiers) {
      if (word.size() >= size_ || !ends_with(word, Place::word)) continue;
      size_ -= word.size();
      drop_digits();
      return true;
    }
    return false;
  }

 private:
  static bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
  static bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
  static bool is_name_letter(char c) noexcept {
    return is_upper(c) || is_lower(c) || ascii_digit(c) || static_cast<unsigned char>(c) >= 0x80;
  }

  void drop_digits() noexcept {
    while (size_ > 0 && ascii_digit(letters_[size_ - 1])) --size_;
  }

  std::array<char, kNameBytesMax> letters_;
  std::array<bool, kNameBytesMax> starts_;
  std::size_t size_ = 0;
};

bool may_tell(std::string_view name) noexcept {
  // Closing brackets belong to forms ("user[password]"), digits to repeated fields.
  while (!name.empty() && !((name.back() | 0x20) >= 'a' && (name.back() | 0x20) <= 'z'))
    name.remove_suffix(1);
  return !name.empty() && kLastLetters[static_cast<unsigned char>(ascii_lower(name.back()))];
}

}  // namespace

KeyKind classify_key(std::string_view name) noexcept {
  if (!may_tell(name)) return KeyKind::plain;
  if (name.size() > kNameBytesMax) name.remove_prefix(name.size() - kNameBytesMax);
  FoldedName folded(name);
  do {
    for (const auto& ending : kEndings)
      if (folded.ends_with(ending.text, ending.place)) return ending.kind;
  } while (folded.drop_qualifier());
  return KeyKind::plain;
}

}  // namespace understudy::scrub
