using LoraFaaS.TestKit.Files;

namespace LoraFaaS.SystemTests.Platform;

/// <summary>One platform with the demo deployed, shared by the tests that only call it.</summary>
public sealed class DemoPlatform : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private RunningPlatform? _platform;

    public RunningPlatform Running => _platform ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync() => _platform = await RunningPlatform.StartAsync(_data.Path, "--demo");

    public async ValueTask DisposeAsync()
    {
        if (_platform is not null)
        {
            await _platform.DisposeAsync();
        }

        _data.Dispose();
    }
}
