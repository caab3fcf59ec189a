// Writes JSON text piece by piece, so that an export of any size needs the memory of one exchange.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace understudy::capture {

/// Commas are its own business; that keys and values alternate is the caller's. Compact, on one line.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) noexcept : out_(&out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  /// Bytes that are not UTF-8 are taken for Latin-1, so that the text is always valid.
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(std::uint32_t number) { return value(std::uint64_t{number}); }
  JsonWriter& value(int number) { return value(std::int64_t{number}); }
  JsonWriter& value(double number);
  JsonWriter& value(bool truth);
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view json);

  template <class Value>
  JsonWriter& member(std::string_view name, Value&& content) {
    return key(name).value(std::forward<Value>(content));
  }
  /// An object of names and values.
  template <class Pairs>
  JsonWriter& object(std::string_view name, const Pairs& pairs) {
    key(name).begin_object();
    for (const auto& [each, content] : pairs) member(each, content);
    return end_object();
  }
  template <class Values>
  JsonWriter& array(std::string_view name, const Values& values) {
    key(name).begin_array();
    for (const auto& each : values) value(each);
    return end_array();
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string* out_;
  bool first_ = true;
};

bool is_utf8(std::string_view bytes) noexcept;

}  // namespace understudy::capture
