#include "core/http/field_section.hpp"

#include "core/http/errors.hpp"

#include <cstdint>
#include <limits>

#include <boost/beast/http/basic_parser.hpp>

namespace understudy::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;
using boost::system::error_code;

// Beast starts at a start line; ours are read elsewhere, more strictly, so it gets this one.
constexpr std::string_view kStartLine = "GET / HTTP/1.1\r\n";

// CGI and its heirs write '-' as '_', and cannot tell these from the fields that they imitate.
bool imitates_framing(std::string_view name) noexcept {
  return iequals(name, "content_length") || iequals(name, "transfer_encoding");
}

class SectionParser final : public beast::http::basic_parser<true> {
 public:
  SectionParser(std::size_t max_fields, Fields& fields, FramingFields& framing)
      : max_fields_(max_fields), fields_(fields), framing_(framing) {
    header_limit(std::numeric_limits<std::uint32_t>::max());
    skip(true);  // bodies are ours
  }

  Result<> parse(std::string_view lines) {
    error_code ec;
    put(boost::asio::const_buffer(kStartLine.data(), kStartLine.size()), ec);
    const auto used = put(boost::asio::const_buffer(lines.data(), lines.size()), ec);
    if (ec) return ours(ec);
    if (!is_done() || used != lines.size()) return Errc::bad_field;
    return {};
  }

 private:
  void on_field_impl(field name, beast::string_view text, beast::string_view value, error_code& ec) override {
    if (fields_.size() == max_fields_) {
      ec = Errc::too_many_fields;
      return;
    }
    fields_.add({text.data(), text.size()}, {value.data(), value.size()});
    framing_.lookalikes |= name == field::unknown && imitates_framing({text.data(), text.size()});
    note(name, {value.data(), value.size()}, ec);
  }

  void note(field name, std::string_view value, error_code& ec) {
    switch (name) {
      case field::content_length:
        if (const auto noted = note_content_length(value, framing_); !noted) ec = noted.error();
        return;
      case field::transfer_encoding:
        ++framing_.transfer_encodings;
        framing_.transfer_encoding = value;
        return;
      case field::host:
        ++framing_.hosts;
        framing_.host = value;
        return;
      case field::connection:
        note_connection(value, ec);
        return;
      case field::expect:
        framing_.expects_continue |= iequals(value, "100-continue");
        return;
      default:
        return;
    }
  }

  void note_connection(std::string_view value, error_code& ec) {
    for_each_list_element(value, [this](std::string_view option) {
      ++connection_options_;
      framing_.close |= iequals(option, "close");
      framing_.keep_alive |= iequals(option, "keep-alive");
    });
    if (connection_options_ > kMaxConnectionOptions) ec = Errc::bad_field;
  }

  // Beast refuses some framing conflicts before it shows us the field.
  error_code ours(const error_code& ec) const {
    if (ec.category() == category()) return ec;
    if (ec == beast::http::error::bad_transfer_encoding) return Errc::ambiguous_framing;
    if (ec == beast::http::error::multiple_content_length) return Errc::bad_content_length;
    if (ec == beast::http::error::bad_content_length)
      return framing_.transfer_encodings != 0 ? Errc::ambiguous_framing : Errc::bad_content_length;
    return Errc::bad_field;
  }

  void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int, error_code&) override {
  }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  std::size_t max_fields_;
  std::size_t connection_options_ = 0;
  Fields& fields_;
  FramingFields& framing_;
};

}  // namespace

Result<> parse_field_section(std::string_view lines, std::size_t max_fields, Fields& fields,
                             FramingFields& framing) {
  SectionParser parser(max_fields, fields, framing);
  return parser.parse(lines);
}

}  // namespace understudy::http
