#include "tests/unit/capture-format/exchange_compare.hpp"

#include <algorithm>

namespace understudy::capture::testing {
namespace {

std::string_view cleaned(SampleExchange& sample, std::string_view text) {
  std::string clean(text);
  for (char& c : clean)
    if (c == '\r' || c == '\n' || c == '\0') c = '.';
  return sample.keep(clean);
}

void clean(SampleExchange& sample, std::vector<HeaderView>& fields) {
  for (auto& field : fields) field.value = cleaned(sample, field.value);
}

}  // namespace

SampleExchange receivable_exchange(std::uint64_t number) {
  auto sample = sample_exchange(number);
  for (auto* message : {&sample.view.request, &sample.view.response}) {
    clean(sample, message->headers);
    clean(sample, message->trailers);
    message->reason = cleaned(sample, message->reason);
  }
  return sample;
}

std::string describe_content(const ExchangeView& exchange) {
  auto copy = exchange;
  copy.id = copy.connection_id = 0;
  copy.connection_sequence = 0;
  copy.scrub = {};
  return describe(copy);
}

bool has_repair(const HarExchange& exchange, std::string_view repair) {
  return std::find(exchange.repairs.begin(), exchange.repairs.end(), repair) != exchange.repairs.end();
}

}  // namespace understudy::capture::testing
