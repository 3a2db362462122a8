using LoraFaaS.Storage.Tests.Fixtures;
using LoraFaaS.Storage.Tests.Ports;

namespace LoraFaaS.Storage.Tests.Redis;

public sealed class RedisWarmStateStoreTests(RedisFixture fixture) : WarmStateStoreTests(fixture);
