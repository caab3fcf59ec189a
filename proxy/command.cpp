#include "proxy/command.hpp"

#include "core/base/one_line.hpp"
#include "core/base/units.hpp"
#include "core/sections/local_key.hpp"
#include "core/sections/sections.hpp"
#include "core/telemetry/log.hpp"
#include "proxy/config/config.hpp"
#include "proxy/config/file_checks.hpp"
#include "proxy/server.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <CLI/CLI.hpp>

namespace understudy::proxy {
namespace {

/// The command line as it was given.
struct Flags {
  std::string config;
  bool validate = false;
  std::string listen;
  std::string primary;
  std::vector<std::string> shadows;
  std::string capture;
  std::string admin;
  std::string workers;
  std::string sample;
  std::string guard;
  std::string access_log;
};

constexpr const char* kFooter =
    "Examples:\n"
    "  understudy proxy --listen 127.0.0.1:8080 --primary http://127.0.0.1:9000\n"
    "  understudy proxy --listen :8080 --primary http://127.0.0.1:9000 --shadow http://staging:9000 --sample "
    "10%\n"
    "  understudy proxy --listen :8080 --primary http://127.0.0.1:9000 --capture captures --admin "
    "127.0.0.1:9901\n"
    "  understudy proxy --config proxy.yaml --validate\n"
    "\nSignals: TERM drains and exits 0, a second TERM or INT exits now (130), HUP reads --config again and\n"
    "applies it without dropping anything (a bad file changes nothing; workers and log.format need a "
    "restart),\n"
    "USR1 opens the access log anew.";

Failure flag_failure(const char* flag, const Failure& failure) {
  return Failure{std::string(flag) + ": " + failure.message};
}

template <class T>
Outcome<> take_flag(const char* flag, Outcome<T> parsed, T& into) {
  if (!parsed) return flag_failure(flag, parsed.error());
  into = *std::move(parsed);
  return {};
}

Outcome<> read_shadows(const Flags& flags, ProxyConfig& config) {
  for (const auto& text : flags.shadows) {
    ShadowTarget shadow;
    shadow.name = "shadow" + std::to_string(config.shadows.size() + 1);
    if (auto taken = take_flag("--shadow", net::parse_origin_url(text), shadow.url); !taken) return taken;
    config.shadows.push_back(std::move(shadow));
  }
  return {};
}

Outcome<> read_workers(const Flags& flags, ProxyConfig& config) {
  std::uint64_t workers = 0;
  if (auto taken = take_flag("--workers", parse_count(flags.workers), workers); !taken) return taken;
  constexpr std::uint64_t kWorkersMax = 1024;
  if (workers == 0 || workers > kWorkersMax) return Failure{"--workers: give a number between 1 and 1024"};
  config.workers = static_cast<unsigned>(workers);
  return {};
}

Outcome<ProxyConfig> config_of_flags(const Flags& flags) {
  ProxyConfig config;
  config.scrub.key = sections::local_key();
  Outcome<> taken;
  if (!flags.listen.empty()) {
    auto& listener = config.listeners.emplace_back();
    taken = take_flag("--listen", net::parse_listen_address(flags.listen), listener.address);
  }
  if (taken && !flags.primary.empty())
    taken =
        take_flag("--primary", net::parse_origin_url(flags.primary), config.primary.hosts.emplace_back().url);
  if (taken) taken = read_shadows(flags, config);
  if (taken && !flags.sample.empty())
    taken = take_flag("--sample", parse_percent(flags.sample), config.sample_share);
  if (taken && !flags.workers.empty()) taken = read_workers(flags, config);
  if (taken && !flags.guard.empty())
    taken = take_flag("--guard", sections::load_guard_file(flags.guard), config.guard);
  if (taken && !flags.admin.empty()) {
    config.admin.emplace();
    taken = take_flag("--admin", net::parse_listen_address(flags.admin), config.admin->address);
  }
  if (taken && !flags.access_log.empty())
    taken = take_flag("--access-log", LineFormat::parse("json"),
                      config.access_log.emplace(AccessLogOptions{flags.access_log, {}, 1.0}).format);
  if (!flags.capture.empty()) config.capture.emplace().directory = flags.capture;
  if (!taken) return taken.error();
  if (auto checked = check_config(config); !checked) return checked.error();
  return config;
}

Outcome<ProxyConfig> load(const Flags& flags) {
  return flags.config.empty() ? config_of_flags(flags) : load_config_file(flags.config);
}

/// As many descriptors as the system lets us have: two per connection.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

ExitCode usage_error(const Failure& failure) {
  std::fprintf(stderr, "understudy proxy: %s\n", one_line(failure.message).c_str());
  return ExitCode::usage;
}

ExitCode run_proxy(const Flags& flags) {
  auto config = load(flags);
  if (!config) return usage_error(config.error());
  if (flags.validate) {
    if (const auto checked = check_files(*config); !checked) return usage_error(checked.error());
    std::printf("%s: configuration is valid\n", flags.config.empty() ? "command line" : flags.config.c_str());
    return ExitCode::ok;
  }
  raise_descriptor_limit();
  telemetry::start_logging(config->log_level, config->log_format);
  auto sockets = InheritedSockets::from_environment();
  if (!sockets) return usage_error(sockets.error());
  auto server =
      ProxyServer::open(*std::move(config), {*std::move(sockets), ServiceNotifier::from_environment()});
  if (!server) {
    telemetry::stop_logging();
    return usage_error(server.error());
  }
  std::function<Outcome<ProxyConfig>()> load_again;
  if (!flags.config.empty()) load_again = [&flags] { return load_config_file(flags.config); };
  const auto code = run_with_signals(**server, load_again);
  server->reset();
  telemetry::stop_logging();
  return code;
}

}  // namespace

void add_command(CLI::App& app, std::function<ExitCode()>& run) {
  auto* command =
      app.add_subcommand("proxy", "Forward requests to a primary; mirror and record a scrubbed copy");
  command->footer(kFooter);
  auto flags = std::make_shared<Flags>();
  auto* config =
      command->add_option("--config", flags->config, "YAML file with everything; see proxy/README.md");
  command->add_flag("--validate", flags->validate, "Check the configuration and exit");
  const std::vector<CLI::Option*> options{
      command->add_option("--listen", flags->listen,
                          "Address to listen on: 127.0.0.1:8080, :8080, port 0 for any"),
      command->add_option("--primary", flags->primary, "Production origin: http://HOST[:PORT]"),
      command->add_option("--shadow", flags->shadows, "Staging origin that gets a scrubbed copy; repeatable"),
      command->add_option("--capture", flags->capture, "Directory for capture files"),
      command->add_option("--admin", flags->admin, "Loopback address of health, metrics and switches"),
      command->add_option("--workers", flags->workers, "Threads; default: as many as the machine has"),
      command->add_option("--sample", flags->sample, "Share of exchanges for shadows and capture: 10%"),
      command->add_option("--guard", flags->guard, "YAML file with rules for what may reach a shadow"),
      command->add_option("--access-log", flags->access_log,
                          "File for a JSON line per exchange, scrubbed; - for standard output")};
  for (auto* option : options) option->excludes(config);
  command->callback([flags, &run] { run = [flags] { return run_proxy(*flags); }; });
}

}  // namespace understudy::proxy
