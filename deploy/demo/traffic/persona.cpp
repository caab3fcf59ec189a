#include "deploy/demo/traffic/persona.hpp"

#include "core/base/ascii.hpp"

#include <array>
#include <fstream>

#include <fmt/format.h>

namespace understudy::demo {
namespace {

constexpr std::array<std::string_view, 16> kFirstNames{"Nora",   "Emil",  "Aino",  "Pavel", "Ines", "Tariq",
                                                       "Maeve",  "Oskar", "Lucia", "Jonas", "Yuki", "Rosa",
                                                       "Henrik", "Amara", "Milan", "Zoe"};
constexpr std::array<std::string_view, 12> kLastNames{"Lindqvist", "Okafor",  "Moreau",   "Novak",
                                                      "Tanaka",    "Brennan", "Castillo", "Eriksen",
                                                      "Haddad",    "Keller",  "Virtanen", "Rossi"};
constexpr std::array<std::string_view, 4> kMailDomains{"fjordpost.net", "mailhaus.org", "brightmail.co.uk",
                                                       "correo-sur.com"};
/// Issuer ranges of the common card brands whose numbers have 16 digits; none is one that is published for
/// tests.
constexpr std::array<std::string_view, 4> kCardPrefixes{"453998", "542418", "601120", "491623"};

template <std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& from, std::mt19937_64& random) {
  return from[random() % N];
}

/// ISO/IEC 7812-1 annex B: the digit that makes the sum of the number divisible by ten.
char luhn_check_digit(std::string_view digits) {
  int sum = 0;
  bool doubled = true;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    const int value = (*digit - '0') * (doubled ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
    doubled = !doubled;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string make_card(std::mt19937_64& random, std::size_t index) {
  auto digits = fmt::format("{}{:05}{:04}", pick(kCardPrefixes, random), random() % 100'000, index % 10'000);
  digits += luhn_check_digit(digits);
  return digits;
}

}  // namespace

std::vector<Persona> make_personas(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::vector<Persona> personas;
  for (std::size_t index = 0; index < count; ++index) {
    const auto first = pick(kFirstNames, random);
    const auto last = pick(kLastNames, random);
    Persona persona;
    persona.email =
        fmt::format("{}.{}{}@{}", to_lower(first), to_lower(last), 100 + index, pick(kMailDomains, random));
    persona.password = fmt::format("{}-{}!{}", pick(kLastNames, random), random_hex(random, 6), index);
    persona.card_number = make_card(random, index);
    persona.card_holder = fmt::format("{} {}", first, last);
    personas.push_back(std::move(persona));
  }
  return personas;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string random_hex(std::mt19937_64& random, std::size_t digits) {
  std::string out;
  while (out.size() < digits) out += fmt::format("{:016x}", random());
  out.resize(digits);
  return out;
}

bool PlantedValues::write(const std::string& path) const {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  for (const auto& [kind, value] : values_) out << kind << '\t' << value << '\n';
  out.flush();
  return out.good();
}

}  // namespace understudy::demo
