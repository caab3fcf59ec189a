#include "capture-format/convert/json_writer.hpp"

#include "core/base/json_text.hpp"

#include <cmath>

#include <fmt/format.h>
#include <simdjson.h>

namespace understudy::capture {
namespace {

void append_string(std::string& out, std::string_view text) {
  is_utf8(text) ? append_json_string(out, text) : append_json_string_latin1(out, text);
}

}  // namespace

bool is_utf8(std::string_view bytes) noexcept { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_string(*out_, name);
  *out_ += ':';
  first_ = true;  // the value needs no comma
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_string(*out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) { return raw(fmt::format("{}", number)); }
JsonWriter& JsonWriter::value(std::int64_t number) { return raw(fmt::format("{}", number)); }
JsonWriter& JsonWriter::value(double number) {
  return raw(std::isfinite(number) ? fmt::format("{}", number) : "null");
}
JsonWriter& JsonWriter::value(bool truth) { return raw(truth ? "true" : "false"); }

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  *out_ += json;
  return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  *out_ += bracket;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  *out_ += bracket;
  first_ = false;
  return *this;
}

void JsonWriter::separate() {
  if (!first_) *out_ += ',';
  first_ = false;
}

}  // namespace understudy::capture
