// JSON as the shop writes it: members in the order they are written, money with two decimals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::demo {

/// Appends values one after the other; commas are its business, balance is the caller's.
class JsonText {
 public:
  JsonText& open_object() { return open('{'); }
  JsonText& close_object() { return close('}'); }
  JsonText& open_array() { return open('['); }
  JsonText& close_array() { return close(']'); }

  JsonText& key(std::string_view name) {
    separate();
    quote(name);
    out_ += ':';
    after_value_ = false;
    return *this;
  }

  JsonText& text(std::string_view value) {
    separate();
    quote(value);
    return *this;
  }

  JsonText& number(std::int64_t value) { return raw(std::to_string(value)); }
  JsonText& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonText& null() { return raw("null"); }

  /// Hundredths as a number with two decimals: 1999 becomes 19.99. Not negative.
  JsonText& money(std::int64_t cents) {
    auto fraction = std::to_string(cents % 100);
    if (fraction.size() == 1) fraction.insert(0, 1, '0');
    return raw(std::to_string(cents / 100) + "." + fraction);
  }

  std::string take() { return std::move(out_); }

 private:
  JsonText& open(char bracket) {
    separate();
    out_ += bracket;
    after_value_ = false;
    return *this;
  }

  JsonText& close(char bracket) {
    out_ += bracket;
    after_value_ = true;
    return *this;
  }

  JsonText& raw(std::string_view value) {
    separate();
    out_ += value;
    return *this;
  }

  void separate() {
    if (after_value_) out_ += ',';
    after_value_ = true;
  }

  void quote(std::string_view value) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out_ += '"';
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (byte < 0x20) {
        out_ += "\\u00";
        out_ += kHex[byte >> 4];
        out_ += kHex[byte & 15];
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  std::string out_;
  bool after_value_ = false;
};

}  // namespace understudy::demo
