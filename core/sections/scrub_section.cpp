#include "core/base/ascii.hpp"
#include "core/sections/local_key.hpp"
#include "core/sections/sections.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <system_error>

#include <fmt/format.h>

namespace understudy::sections {
namespace {

constexpr std::size_t kKeyFileBytesMax = 256;

std::optional<scrub::Key> from_hex(std::string_view text) {
  scrub::Key key{};
  if (text.size() != key.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    key[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return key;
}

}  // namespace

Outcome<scrub::Key> load_key_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return Failure{
        fmt::format("key file {}: cannot be opened: {}", path, std::generic_category().message(errno))};
  std::string bytes(kKeyFileBytesMax + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));

  scrub::Key key{};
  if (bytes.size() == key.size()) {
    std::copy(bytes.begin(), bytes.end(), key.begin());
  } else {
    while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r' || bytes.back() == ' '))
      bytes.pop_back();
    const auto decoded = from_hex(bytes);
    if (!decoded)
      return Failure{
          fmt::format("key file {}: needs 32 raw bytes or 64 hex digits (openssl rand -hex 32)", path)};
    key = *decoded;
  }
  if (std::all_of(key.begin(), key.end(), [](std::uint8_t byte) { return byte == 0; }))
    return Failure{fmt::format("key file {}: holds only zeros, which anybody can guess", path)};
  return key;
}

std::optional<std::string> key_file_warning(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || (info.st_mode & (S_IRGRP | S_IROTH)) == 0) return std::nullopt;
  return fmt::format("key file {} can be read by others; chmod 600 it", path);
}

scrub::Options read_scrub(const config::Node& node) {
  scrub::Options options;
  if (const auto mode = node.member("mode")) {
    const auto choice = mode->text();
    if (choice == "strict") mode->fail("mode strict is not available in this version; use detect");
    if (choice != "strict" && choice != "detect") mode->fail("needs detect");
  }
  if (const auto file = node.member("key_file")) {
    auto key = load_key_file(file->text());
    if (key)
      options.key = *key;
    else
      file->fail(key.error().message);
  } else {
    options.key = local_key();
  }
  node.finish();
  return options;
}

}  // namespace understudy::sections
