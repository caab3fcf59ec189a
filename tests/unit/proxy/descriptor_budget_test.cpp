#include "proxy/descriptor_budget.hpp"

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

TEST(DescriptorBudget, ThreeQuartersOfWhatIsNotReservedAreForClients) {
  EXPECT_EQ(connections_for(kReservedDescriptors + 4000, 1), 3000u);
  EXPECT_EQ(connections_for(kReservedDescriptors + 4000, 4), 750u);
}

TEST(DescriptorBudget, SomebodyIsAlwaysServed) {
  EXPECT_EQ(connections_for(0, 1), 1u);
  EXPECT_EQ(connections_for(64, 64), 1u);
  EXPECT_EQ(connections_for(100, 1), 36u) << "a small limit is not all reserved";
}

TEST(DescriptorBudget, ConfiguredLimitStaysWhereThereIsRoom) {
  EXPECT_EQ(affordable_connections(1, 1), 1u);
  EXPECT_EQ(affordable_connections(~std::size_t{0}, 1), connections_for(descriptor_limit(), 1));
}

}  // namespace
}  // namespace understudy::proxy
