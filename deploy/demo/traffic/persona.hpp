// The people who visit the shop, with everything about them that must never leave production.
#pragma once

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::demo {

struct Persona {
  std::string email;
  std::string password;
  std::string card_number;  ///< 16 digits, Luhn-valid
  std::string card_holder;
};

/// The same people for the same seed; no two share a value.
std::vector<Persona> make_personas(std::uint64_t seed, std::size_t count);

/// "jane@example.org" becomes "jane%40example.org", as browsers send it in a query or a form.
std::string percent_encode(std::string_view text);

/// `digits` random lower-case hex digits.
std::string random_hex(std::mt19937_64& random, std::size_t digits);

/// Every planted value with its kind, once, in a fixed order: what must not be found outside production.
class PlantedValues {
 public:
  void add(std::string_view kind, std::string_view value) {
    values_.emplace(std::string(kind), std::string(value));
  }
  std::size_t size() const noexcept { return values_.size(); }
  /// "kind TAB value" lines. False when the file cannot be written.
  bool write(const std::string& path) const;

 private:
  std::set<std::pair<std::string, std::string>> values_;
};

}  // namespace understudy::demo
