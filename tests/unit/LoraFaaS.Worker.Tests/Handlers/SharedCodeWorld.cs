namespace LoraFaaS.Worker.Tests.Handlers;

/// <summary>One worker for tests that call functions of their own names.</summary>
public sealed class SharedCodeWorld : IAsyncLifetime
{
    private CodeWorld? _world;

    internal CodeWorld World => _world ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync() => _world = await CodeWorld.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_world is not null)
        {
            await _world.DisposeAsync();
        }
    }
}
