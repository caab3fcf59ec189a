#include "core/scrub/headers.hpp"

#include "core/base/ascii.hpp"
#include "core/scrub/cookies.hpp"
#include "core/scrub/credentials.hpp"
#include "core/scrub/key_names.hpp"
#include "core/scrub/pairs.hpp"
#include "core/scrub/text_memo.hpp"

#include <algorithm>
#include <array>

namespace understudy::scrub {
namespace {

enum class FieldKind : std::uint8_t { plain, url, authorization, credential, cookie, set_cookie };

struct KnownField {
  std::string_view name;
  FieldKind kind;
};

/// What the rules for names of fields and parameters do not say.
constexpr std::array kKnownFields = std::to_array<KnownField>({
    {"authorization", FieldKind::authorization},
    {"proxy-authorization", FieldKind::authorization},
    {"authentication-info", FieldKind::credential},
    {"proxy-authentication-info", FieldKind::credential},
    {"www-authenticate", FieldKind::plain},
    {"access-control-allow-credentials", FieldKind::plain},
    {"cookie", FieldKind::cookie},
    {"cookie2", FieldKind::cookie},
    {"set-cookie", FieldKind::set_cookie},
    {"set-cookie2", FieldKind::set_cookie},
    {"x-forwarded-client-cert", FieldKind::credential},
    {"x-client-cert", FieldKind::credential},
    {"x-ssl-client-cert", FieldKind::credential},
    {"client-cert", FieldKind::credential},
    {"x-ms-client-principal", FieldKind::credential},
    {"x-goog-authenticated-user-email", FieldKind::credential},
    {"x-goog-authenticated-user-id", FieldKind::credential},
    {"referer", FieldKind::url},
    {"location", FieldKind::url},
    {"content-location", FieldKind::url},
});

constexpr auto kCredentialPrefixes = std::to_array<std::string_view>({"x-amz-", "x-amzn-oidc-"});

bool starts_with_folded(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && iequals(name.substr(0, prefix.size()), prefix);
}

FieldKind field_kind_of(std::string_view name) {
  for (const auto& known : kKnownFields)
    if (iequals(known.name, name)) return known.kind;
  for (const auto prefix : kCredentialPrefixes)
    if (starts_with_folded(name, prefix)) return FieldKind::credential;
  switch (classify_key(name)) {
    case KeyKind::authorization:
      return FieldKind::authorization;
    case KeyKind::secret:
    case KeyKind::secret_text:
      return FieldKind::credential;
    default:
      return FieldKind::plain;
  }
}

/// What a field's name says, whatever the value.
struct NameFacts {
  FieldKind kind = FieldKind::plain;
  bool may_hide = false;  ///< the name itself is to be looked at
};

NameFacts facts_of(std::string_view name) {
  thread_local TextMemo<NameFacts> memo;
  return memo.of(name,
                 [](std::string_view text) { return NameFacts{field_kind_of(text), worth_scanning(text)}; });
}

void scan_credential(std::string_view value, FieldKind kind, const Pass& pass, Splices& splices) {
  const auto key = kind == FieldKind::authorization ? KeyKind::authorization : KeyKind::secret;
  if (auto redacted = redacted_credential(value, key, pass.tokens))
    splices.add({0, value.size(), *std::move(redacted), Detector::credential_header});
}

void scan_value(std::string_view value, FieldKind kind, const Pass& pass, Splices& splices) {
  switch (kind) {
    case FieldKind::cookie:
      return scan_cookies(value, pass, splices);
    case FieldKind::set_cookie:
      return scan_set_cookie(value, pass, splices);
    case FieldKind::authorization:
    case FieldKind::credential:
      return scan_credential(value, kind, pass, splices);
    case FieldKind::url:
      return scan_target(value, pass, splices);
    case FieldKind::plain:
      break;
  }
  if (worth_scanning(value)) scan_leaf(value, MappedText::plain(value, 0), pass, splices);
}

/// A token as a part of a field name: '@' and ';' are not allowed there (RFC 9110 §5.6.2).
std::string as_field_name(std::string name) {
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '@'; }, '-');
  return name;
}

/// The fields before `at` stay as they are, the one at `at` is the first to change.
http::Fields copy_head(const http::Fields& fields, std::size_t at) {
  http::Fields copy;
  for (std::size_t i = 0; i < at; ++i) copy.add(fields[i].name, fields[i].value);
  return copy;
}

std::string scrubbed_value(http::Field field, FieldKind kind, Splices& found, const Pass& pass,
                           Tally& tally) {
  auto value = found.apply(field.value, pass.tokens, tally);
  const auto settled = settle(value, pass.tokens, tally, [&](std::string_view text, Splices& splices) {
    scan_value(text, kind, pass, splices);
    return true;
  });
  return settled ? value : pass.tokens.opaque(field.value);
}

}  // namespace

void scrub_fields(http::Fields& fields, const Pass& pass, Tally& tally) {
  std::optional<http::Fields> changed;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto field = fields[i];
    Splices in_value;
    Splices in_name;
    const auto facts = facts_of(field.name);
    scan_value(field.value, facts.kind, pass, in_value);
    if (facts.may_hide) scan_leaf(field.name, MappedText::plain(field.name, 0), pass, in_name);
    if (in_value.empty() && in_name.empty()) {
      if (changed) changed->add(field.name, field.value);
      continue;
    }
    if (!changed) changed = copy_head(fields, i);
    const auto name = in_name.empty() ? std::string(field.name)
                                      : as_field_name(in_name.apply(field.name, pass.tokens, tally));
    changed->add(name, in_value.empty() ? std::string(field.value)
                                        : scrubbed_value(field, facts.kind, in_value, pass, tally));
  }
  if (changed) fields = *std::move(changed);
}

}  // namespace understudy::scrub
