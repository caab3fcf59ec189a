#include "proxy/access_log/line_writer.hpp"

#include "core/base/clock.hpp"
#include "core/base/json_text.hpp"
#include "core/telemetry/escape.hpp"

#include <charconv>
#include <ctime>
#include <utility>

namespace understudy::proxy {
namespace {

using Style = LineFormat::Style;

constexpr unsigned kClientClosedRequest = 499;

void append_hex_escape(std::string& out, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\x";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

/// A value among columns: nothing in it ends the line, a pair of quotes or, outside quotes, the column.
void append_column(std::string& out, std::string_view text, bool quoted) {
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    const auto bytes = utf8_sequence_bytes(text);
    const bool plain = byte > 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
    const bool wide = bytes > 1 && !(byte == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0);
    if (plain || wide || (byte == ' ' && quoted)) {
      out += text.substr(0, bytes);
      text.remove_prefix(bytes);
    } else {
      append_hex_escape(out, byte);
      text.remove_prefix(1);
    }
  }
}

/// `value` with at least `digits` digits.
void append_digits(std::string& out, std::uint64_t value, std::size_t digits = 1) {
  std::array<char, 20> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  const auto size = static_cast<std::size_t>(end - text.data());
  if (size < digits) out.append(digits - size, '0');
  out.append(text.data(), size);
}

}  // namespace

std::string_view outcome_name(const ExchangeAccount& account) noexcept {
  if (account.local_reply) return "local_reply";
  if (account.tunnel) return "tunnel";
  switch (account.fate) {
    case Fate::ok:
      return "ok";
    case Fate::client_abort:
      return "client_abort";
    case Fate::local_reply:
      return "local_reply";
    case Fate::upstream_timeout:
    case Fate::reset:
      break;
  }
  return "primary_failed";
}

unsigned shown_status(const ExchangeAccount& account) noexcept {
  const bool gone = account.status == 0 && account.fate == Fate::client_abort;
  return gone ? kClientClosedRequest : account.status;
}

/// Writes the values of one line, one after the other.
class LineWriter::Values {
 public:
  Values(std::string& out, const LoggedExchange& exchange, const Second& second, Style style)
      : out_(out), exchange_(exchange), record_(exchange.record()), second_(second), style_(style) {}

  void append(AccessField field, bool quoted) {
    quoted_ = quoted;
    const auto& account = record_.account;
    switch (field) {
      case AccessField::time:
        return time();
      case AccessField::time_clf:
        quoted_ = true;  // its space belongs there, and it stands between brackets
        return word(second_.clf);
      case AccessField::request:
        return request();
      case AccessField::protocol:
        return protocol();
      case AccessField::connection_id:
        return number(record_.connection_id);
      case AccessField::status:
        return status();
      case AccessField::outcome:
        return word(outcome_name(account));
      case AccessField::reason:
        return word(reason());
      case AccessField::retries:
        return number(account.retries);
      case AccessField::bytes_in:
        return number(account.bytes_in);
      case AccessField::bytes_out:
        return number(account.bytes_out);
      case AccessField::duration_seconds:
        return seconds(account.duration);
      case AccessField::connect_seconds:
        return seconds(account.connect);
      case AccessField::first_byte_seconds:
        return seconds(account.first_byte);
      case AccessField::upstream_reused:
        return truth(account.upstream_reused);
      default:
        return word(exchange_.text(text_of(field)));
    }
  }

 private:
  static AccessText text_of(AccessField field) noexcept {
    switch (field) {
      case AccessField::client:
        return AccessText::client;
      case AccessField::request_id:
        return AccessText::request_id;
      case AccessField::trace_id:
        return AccessText::trace_id;
      case AccessField::method:
        return AccessText::method;
      case AccessField::path:
        return AccessText::path;
      case AccessField::upstream:
        return AccessText::upstream;
      case AccessField::tls_version:
        return AccessText::tls_version;
      case AccessField::tls_cipher:
        return AccessText::tls_cipher;
      case AccessField::host:
        return AccessText::host;
      case AccessField::user_agent:
        return AccessText::user_agent;
      default:
        return AccessText::referer;
    }
  }

  std::string_view reason() const noexcept {
    const auto& account = record_.account;
    if (account.local_reply) return kLocalReplyNames[static_cast<std::size_t>(*account.local_reply)];
    if (account.primary_error) return kPrimaryErrorNames[static_cast<std::size_t>(*account.primary_error)];
    return {};
  }

  std::string_view protocol_text() const noexcept {
    if (!record_.head_read) return {};
    return record_.version == http::Version::http_1_0 ? "HTTP/1.0" : "HTTP/1.1";
  }

  void protocol() { word(protocol_text()); }

  void nothing() { out_ += style_ == Style::json ? "null" : "-"; }

  void word(std::string_view text) {
    if (text.empty()) return nothing();
    switch (style_) {
      case Style::json:
        return append_json_string(out_, text);
      case Style::logfmt:
        return telemetry::append_logfmt_value(out_, text);
      case Style::columns:
        return append_column(out_, text, quoted_);
    }
  }

  void number(std::uint64_t value) { append_digits(out_, value); }

  void truth(bool value) { out_ += value ? "true" : "false"; }

  void status() {
    const auto shown = shown_status(record_.account);
    shown == 0 ? nothing() : number(shown);
  }

  /// Microseconds are what the clock is good for.
  void seconds(std::chrono::nanoseconds duration) {
    if (duration.count() < 0) return nothing();
    const auto ns = static_cast<std::uint64_t>(duration.count());
    append_digits(out_, ns / kSecondNs);
    out_ += '.';
    append_digits(out_, ns % kSecondNs / 1000, 6);
  }

  void time() {
    if (style_ == Style::json) out_ += '"';
    out_ += second_.rfc3339;
    out_ += '.';
    append_digits(out_, record_.time.value % kSecondNs / 1'000'000, 3);
    out_ += 'Z';
    if (style_ == Style::json) out_ += '"';
  }

  /// The request line, as log analysers want it.
  void request() {
    const auto method = exchange_.text(AccessText::method);
    if (method.empty()) return nothing();
    std::string line(method);
    line.append(" ").append(exchange_.text(AccessText::path)).append(" ").append(protocol_text());
    word(line);
  }

  std::string& out_;
  const LoggedExchange& exchange_;
  const AccessRecord& record_;
  const Second& second_;
  Style style_;
  bool quoted_ = false;
};

const LineWriter::Second& LineWriter::second_of(WallNs time) {
  const auto second = time.value / kSecondNs;
  if (second == second_.second) return second_;
  const auto point = static_cast<std::time_t>(second);
  std::tm utc{};
  ::gmtime_r(&point, &utc);
  const auto text = [&](const char* format) {
    std::array<char, 64> buffer{};
    return std::string(buffer.data(), std::strftime(buffer.data(), buffer.size(), format, &utc));
  };
  second_ = {second, text("%Y-%m-%dT%H:%M:%S"), text("%d/%b/%Y:%H:%M:%S +0000")};
  return second_;
}

void LineWriter::append(std::string& out, const LoggedExchange& exchange) {
  Values values(out, exchange, second_of(exchange.record().time), format_.style);
  for (const auto& piece : format_.pieces) {
    out += piece.literal;
    if (piece.has_field) values.append(piece.field, piece.quoted);
  }
  out += '\n';
}

}  // namespace understudy::proxy
