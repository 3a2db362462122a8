using LoraFaaS.Storage.Tests.Fixtures;
using LoraFaaS.Storage.Tests.Ports;

namespace LoraFaaS.Storage.Tests.Postgres;

public sealed class PostgresPlanStoreTests(PostgresFixture fixture) : PlanStoreTests(fixture);
