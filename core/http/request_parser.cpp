#include "core/http/body_reader.hpp"
#include "core/http/field_section.hpp"
#include "core/http/framing_rules.hpp"
#include "core/http/grammar.hpp"
#include "core/http/head_reader.hpp"
#include "core/http/parser.hpp"
#include "core/http/start_line.hpp"

namespace understudy::http {

struct RequestParser::Impl {
  explicit Impl(const Limits& the_limits) : limits(the_limits), reader(the_limits), body(the_limits) {}

  Result<std::size_t> skip_empty_line(std::string_view in);
  Result<> parse_start_line(std::string_view in);
  Result<> parse_fields(std::string_view in);

  Limits limits;
  RequestHead head;
  HeadReader reader;
  BodyReader body;
  bool empty_line_skipped = false;
  bool keep_alive = false;
  bool expects_continue = false;
};

RequestParser::RequestParser(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

void RequestParser::reset() {
  impl_->head.clear();
  impl_->reader.reset();
  impl_->body.begin(BodyFraming::none());
  impl_->empty_line_skipped = false;
  impl_->keep_alive = false;
  impl_->expects_continue = false;
}

// One empty line before a request is ignored (RFC 9112 §2.2). Anything else that is no method is refused at
// its first byte: a TLS hello on a plain port gets its answer at once.
Result<std::size_t> RequestParser::Impl::skip_empty_line(std::string_view in) {
  if (in.empty() || reader.has_start_line()) return std::size_t{0};
  if (is_token_char(in.front())) return std::size_t{0};
  if (in.front() != '\r' || empty_line_skipped) return Errc::bad_request_line;
  if (in.size() < 2) return std::size_t{0};
  if (in[1] != '\n') return Errc::bad_request_line;
  if (in.size() > 2 && !is_token_char(in[2])) return Errc::bad_request_line;
  empty_line_skipped = true;
  return std::size_t{2};
}

Result<> RequestParser::Impl::parse_start_line(std::string_view in) {
  const auto line = reader.start_line(in, Errc::bad_request_line);
  if (!line) return line.error();
  if (!*line) return {};
  return parse_request_line(**line, limits.target_bytes, head);
}

Result<> RequestParser::Impl::parse_fields(std::string_view in) {
  const auto lines = reader.field_lines(in);
  if (!lines) return lines.error();
  if (!*lines) return {};
  FramingFields fields;
  const auto read =
      parse_field_section(**lines, limits.field_count, SpaceBeforeColon::refused, head.fields, fields);
  if (!read) return read;
  if (fields.lookalikes) return Errc::ambiguous_framing;
  const auto framing = request_framing(head.version, fields);
  if (!framing) return framing.error();
  // RFC 9112 §3.2: exactly one Host in HTTP/1.1, and never one that could be read in two ways.
  if (fields.hosts > 1 || (fields.hosts == 0 && head.version == Version::http_1_1)) return Errc::bad_host;
  if (fields.hosts == 1 && !is_authority(fields.host)) return Errc::bad_host;
  body.begin(*framing);
  keep_alive = wants_keep_alive(head.version, fields);
  expects_continue = fields.expects_continue && head.version == Version::http_1_1;
  return {};
}

Result<HeadStep> RequestParser::parse_head(std::string_view in) {
  HeadStep step;
  const auto skipped = impl_->skip_empty_line(in);
  if (!skipped) return skipped.error();
  step.consumed = *skipped;
  in.remove_prefix(*skipped);
  if (in.empty() || in.front() == '\r') return step;
  if (!impl_->reader.has_start_line()) {
    if (const auto read = impl_->parse_start_line(in); !read) return read.error();
    if (!impl_->reader.has_start_line()) return step;
  }
  if (const auto read = impl_->parse_fields(in); !read) return read.error();
  step.consumed += impl_->reader.head_bytes();
  step.complete = impl_->reader.head_bytes() != 0;
  return step;
}

Result<BodyStep> RequestParser::parse_body(std::string_view in) { return impl_->body.step(in); }
RequestHead& RequestParser::head() noexcept { return impl_->head; }
BodyFraming RequestParser::framing() const noexcept { return impl_->body.framing(); }
bool RequestParser::keep_alive() const noexcept { return impl_->keep_alive; }
bool RequestParser::expects_continue() const noexcept { return impl_->expects_continue; }
const Fields& RequestParser::trailers() const noexcept { return impl_->body.trailers(); }

}  // namespace understudy::http
