#include "core/http/body_reader.hpp"
#include "core/http/field_section.hpp"
#include "core/http/framing_rules.hpp"
#include "core/http/head_reader.hpp"
#include "core/http/parser.hpp"
#include "core/http/start_line.hpp"

#include <string>

namespace understudy::http {

struct ResponseParser::Impl {
  explicit Impl(const Limits& the_limits) : limits(the_limits), reader(the_limits), body(the_limits) {}

  Result<> parse_start_line(std::string_view in);
  Result<> parse_fields(std::string_view in);
  Result<> decide(const FramingFields& fields);

  Limits limits;
  ResponseHead head;
  HeadReader reader;
  BodyReader body;
  std::string request_method;
  bool head_complete = false;
  bool keep_alive = false;
};

ResponseParser::ResponseParser(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
ResponseParser::~ResponseParser() = default;
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser& ResponseParser::operator=(ResponseParser&&) noexcept = default;

void ResponseParser::reset(std::string_view request_method) {
  impl_->head.clear();
  impl_->reader.reset();
  impl_->body.begin(BodyFraming::none());
  impl_->request_method.assign(request_method);
  impl_->head_complete = false;
  impl_->keep_alive = false;
}

Result<> ResponseParser::Impl::parse_start_line(std::string_view in) {
  if (!in.empty() && in.front() != 'H') return Errc::bad_status_line;
  const auto line = reader.start_line(in, Errc::bad_status_line);
  if (!line) return line.error();
  if (!*line) return {};
  return parse_status_line(**line, head);
}

Result<> ResponseParser::Impl::parse_fields(std::string_view in) {
  const auto lines = reader.field_lines(in);
  if (!lines) return lines.error();
  if (!*lines) return {};
  FramingFields fields;
  const auto read =
      parse_field_section(**lines, limits.field_count, SpaceBeforeColon::removed, head.fields, fields);
  if (!read) return read;
  if (const auto decided = decide(fields); !decided) return decided;
  head_complete = true;
  return {};
}

Result<> ResponseParser::Impl::decide(const FramingFields& fields) {
  const auto framing = response_framing(request_method, head.status, head.version, fields);
  if (!framing) return framing.error();
  body.begin(*framing);
  keep_alive = wants_keep_alive(head.version, fields) && framing->kind != BodyFraming::Kind::until_close;
  return {};
}

Result<HeadStep> ResponseParser::parse_head(std::string_view in) {
  HeadStep step;
  if (!impl_->reader.has_start_line()) {
    if (const auto read = impl_->parse_start_line(in); !read) return read.error();
    if (!impl_->reader.has_start_line()) return step;
  }
  if (const auto read = impl_->parse_fields(in); !read) return read.error();
  step.consumed = impl_->reader.head_bytes();
  step.complete = step.consumed != 0;
  return step;
}

Result<BodyStep> ResponseParser::parse_body(std::string_view in) { return impl_->body.step(in); }

Result<> ResponseParser::finish() {
  if (!impl_->head_complete) return Errc::partial_message;
  if (impl_->body.complete() || impl_->body.framing() == BodyFraming::until_close()) return {};
  return Errc::partial_message;
}

ResponseHead& ResponseParser::head() noexcept { return impl_->head; }
BodyFraming ResponseParser::framing() const noexcept { return impl_->body.framing(); }
bool ResponseParser::keep_alive() const noexcept { return impl_->keep_alive; }
const Fields& ResponseParser::trailers() const noexcept { return impl_->body.trailers(); }

}  // namespace understudy::http
