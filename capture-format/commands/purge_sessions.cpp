#include "capture-format/commands/purge_sessions.hpp"

#include "core/base/ascii.hpp"
#include "core/http/fields.hpp"
#include "core/scrub/session_key.hpp"
#include "core/sections/sections.hpp"

#include <charconv>
#include <iostream>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kKeyDigits = 16;

std::optional<std::uint64_t> parse_key(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::uint64_t key = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), key, 16);
  if (text.size() != kKeyDigits || error != std::errc() || end != text.data() + text.size() || key == 0)
    return std::nullopt;
  return key;
}

/// "Cookie: ..." and "Authorization: ..." go the way of a request's fields, so that the proxy's choice among
/// several cookies is made here too.
std::uint64_t key_of(const scrub::SessionKeys& keys, std::string_view credential) {
  credential = trim(credential);
  const auto colon = credential.find(':');
  const auto name = credential.substr(0, colon);
  if (colon == std::string_view::npos || (!iequals(name, "cookie") && !iequals(name, "authorization")))
    return keys.of_credential(credential);
  http::Fields fields;
  fields.add(name, trim(credential.substr(colon + 1)));
  return keys.of(fields);
}

std::vector<std::string> lines_of_standard_input() {
  std::vector<std::string> lines;
  for (std::string line; std::getline(std::cin, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!trim(line).empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace

Outcome<std::unordered_set<std::uint64_t>> session_keys_of(const SessionOptions& options) {
  std::unordered_set<std::uint64_t> sessions;
  for (const auto& text : options.keys) {
    const auto key = parse_key(text);
    if (!key)
      return Failure{fmt::format(
          "--session {}: wants the 16 hex digits that `cat --json` shows as session_key, not all 0", text)};
    sessions.insert(*key);
  }
  if (options.credentials.empty()) return sessions;
  if (options.key_file.empty())
    return Failure{
        "--session-of: session keys are keyed hashes: --scrub-key names the proxy's scrub.key_file"};
  const auto scrub_key = sections::load_key_file(options.key_file);
  if (!scrub_key) return scrub_key.error();
  const scrub::SessionKeys keys(*scrub_key);
  for (const auto& given : options.credentials) {
    const auto credentials = given == "-" ? lines_of_standard_input() : std::vector<std::string>{given};
    for (const auto& credential : credentials) {
      const auto key = key_of(keys, credential);
      if (key == 0) return Failure{"--session-of: a credential is empty"};
      sessions.insert(key);
    }
  }
  if (sessions.empty()) return Failure{"--session-of -: standard input holds no credential"};
  return sessions;
}

}  // namespace understudy::capture
