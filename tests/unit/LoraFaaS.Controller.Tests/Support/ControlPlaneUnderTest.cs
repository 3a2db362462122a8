using LoraFaaS.ControlPlane;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Storage;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.Controller.Tests.Support;

/// <summary>The control plane over the embedded stores, with a clock that the test moves and no loop running by itself.</summary>
internal sealed class ControlPlaneUnderTest : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;

    public ControlPlaneUnderTest(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Storage:DataPath", (string?)_folder.Path), .. settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))])
            .Build());
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddLoraFaaSStorage();
        services.AddControlPlane();
        services.AddSingleton<ICodeInspector>(Code);
        _services = services.BuildServiceProvider();
    }

    /// <summary>Packages that count as pushed.</summary>
    public KnownPackages Code { get; } = new();

    public FakeTimeProvider Clock { get; } = new();

    public WorkerRegistry Workers => Get<WorkerRegistry>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>A function in the catalogue whose backbone and adapter are there too.</summary>
    public async Task AddFunctionAsync(string name, int desired = 1)
    {
        var catalogue = Get<ICatalogueStore>();
        await catalogue.PutBackboneAsync(Facts.Backbone(), CancellationToken.None);
        await catalogue.PutAdapterAsync(Facts.Adapter(name), CancellationToken.None);
        await catalogue.CreateFunctionAsync(Facts.Function(name, desired: desired), CancellationToken.None);
    }

    public async Task<WorkerSession> JoinAsync(string id, params ResidentState[] resident)
    {
        var session = Workers.Open(new WorkerHello(new(id), $"http://{id}:1", "cpu", new ByteSize(1 << 30), "test", []));
        await BeatAsync(session, resident);
        return session;
    }

    public Task BeatAsync(WorkerSession session, params ResidentState[] resident) => BeatAsync(session, null, resident);

    public Task BeatAsync(WorkerSession session, StageCosts? costs, params ResidentState[] resident) => Workers.BeatAsync(
        session,
        new WorkerHeartbeat { DeviceBytesUsed = ByteSize.Zero, Running = 0, Queued = 0, Sandboxes = 1, Draining = false, Resident = resident, Costs = costs },
        CancellationToken.None);

    /// <summary>The next command that wants a result.</summary>
    public static async Task<NumberedCommand> NextAsync(WorkerSession session)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);

        await foreach (var command in session.CommandsAsync(patience.Token))
        {
            if (command.Number != 0)
            {
                return command;
            }
        }

        throw new InvalidOperationException("The session closed without a command.");
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }
}
