#include "core/net/tls_source.hpp"

#include "core/telemetry/log.hpp"

#include <string_view>
#include <utility>

namespace understudy::net {

TlsSource::TlsSource(std::string name, std::vector<std::string> paths)
    : name_(std::move(name)), paths_(std::move(paths)), seen_(paths_) {}

TlsSource::~TlsSource() = default;

void TlsSource::poll(bool force) {
  const FileStamps now(paths_);
  const bool changed = now != seen_;
  if (!changed && !doubtful_ && !(force && stale_)) return;
  seen_ = now;
  const auto loaded = load();
  if (loaded) {
    doubtful_ = false;
    stale_ = false;
    reloads_.fetch_add(1, std::memory_order_relaxed);
    telemetry::log(telemetry::Level::info, "tls_reloaded", {{"tls", std::string_view(name_)}});
    return;
  }
  // A certificate and its key are two files: between their replacements they do not match.
  doubtful_ = changed && !doubtful_ && !force;
  if (doubtful_) return;
  stale_ = true;
  failed_reloads_.fetch_add(1, std::memory_order_relaxed);
  telemetry::log(telemetry::Level::error, "tls_reload_failed",
                 {{"tls", std::string_view(name_)},
                  {"cause", std::string_view(loaded.error().message)},
                  {"in_use", std::string_view("what was loaded before")}});
}

}  // namespace understudy::net
