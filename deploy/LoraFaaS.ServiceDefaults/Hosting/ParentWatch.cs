using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>
/// Stops this host when the process that started it is gone: the kernel closes the pipe that is our standard input, however the parent died.
/// Reading standard input cannot be cancelled, hence a background thread of its own rather than a pool thread held for ever.
/// </summary>
internal sealed class ParentWatch(IHostApplicationLifetime lifetime, IOptions<HostingOptions> options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.ExitWithParent)
        {
            new Thread(WaitForEnd) { IsBackground = true, Name = "parent-watch" }.Start();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void WaitForEnd()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[256];

        while (input.Read(ignored) > 0)
        {
        }

        lifetime.StopApplication();
    }
}
