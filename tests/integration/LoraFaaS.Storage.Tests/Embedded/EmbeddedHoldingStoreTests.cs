using LoraFaaS.Storage.Tests.Fixtures;
using LoraFaaS.Storage.Tests.Ports;

namespace LoraFaaS.Storage.Tests.Embedded;

public sealed class EmbeddedHoldingStoreTests() : HoldingStoreTests(new EmbeddedFixture());
