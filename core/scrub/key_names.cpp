#include "core/scrub/key_names.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace understudy::scrub {
namespace {

constexpr std::size_t kKeyNameBytesMax = 96;

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

/// Names are told apart by their last two letters first: most fit no ending at all.
constexpr std::size_t kPairs = 26 * 26;

constexpr std::size_t pair_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(text[text.size() - 2] - 'a') * 26 +
         static_cast<std::size_t>(text.back() - 'a');
}

struct Bucket {
  std::uint8_t first = 0;
  std::uint8_t count = 0;
  bool qualifies = false;  ///< a qualifier ends like this
};

constexpr auto kSortedEndings = [] {
  auto sorted = kEndings;
  std::sort(sorted.begin(), sorted.end(),
            [](const Ending& a, const Ending& b) { return pair_of(a.text) < pair_of(b.text); });
  return sorted;
}();

constexpr auto kBuckets = [] {
  std::array<Bucket, kPairs> buckets{};
  for (std::size_t i = 0; i < kSortedEndings.size(); ++i) {
    auto& bucket = buckets[pair_of(kSortedEndings[i].text)];
    if (bucket.count++ == 0) bucket.first = static_cast<std::uint8_t>(i);
  }
  for (const auto word : kQualifiers) buckets[pair_of(word)].qualifies = true;
  return buckets;
}();

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

  std::array<char, kKeyNameBytesMax> letters_;
  std::array<bool, kKeyNameBytesMax> starts_;
  std::size_t size_ = 0;
};

bool is_letter(char c) noexcept { return c >= 'a' && c <= 'z'; }

/// The bucket for a folded name; nothing when it does not end in two letters.
const Bucket* bucket_of(std::string_view folded) noexcept {
  if (folded.size() < 2 || !is_letter(folded.back()) || !is_letter(folded[folded.size() - 2])) return nullptr;
  return &kBuckets[pair_of(folded)];
}

/// Whether the name's last two letters are those of an ending or a qualifier; looks at nothing else.
bool may_tell(std::string_view name) noexcept {
  std::array<char, 2> last{};
  std::size_t found = 0;
  for (auto at = name.size(); at-- > 0 && found < last.size();) {
    const char lower = ascii_lower(name[at]);
    // Closing brackets belong to forms ("user[password]"), digits to repeated fields.
    if (is_letter(lower)) last[last.size() - ++found] = lower;
  }
  if (found < last.size()) return false;
  const auto* bucket = bucket_of({last.data(), last.size()});
  return bucket->count != 0 || bucket->qualifies;
}

}  // namespace

KeyKind classify_key(std::string_view name) noexcept {
  if (!may_tell(name)) return KeyKind::plain;
  if (name.size() > kKeyNameBytesMax) name.remove_prefix(name.size() - kKeyNameBytesMax);
  FoldedName folded(name);
  do {
    const auto* bucket = bucket_of(folded.text());
    if (bucket == nullptr) return KeyKind::plain;
    for (std::size_t i = 0; i < bucket->count; ++i) {
      const auto& ending = kSortedEndings[bucket->first + i];
      if (folded.ends_with(ending.text, ending.place)) return ending.kind;
    }
  } while (folded.drop_qualifier());
  return KeyKind::plain;
}

}  // namespace understudy::scrub
