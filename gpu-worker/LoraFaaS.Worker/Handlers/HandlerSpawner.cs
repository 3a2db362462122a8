using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Handlers;

/// <summary>Blank handlers: a blank's runtime is up, and only the author's assembly is missing.</summary>
internal sealed class HandlerSpawner(
    HandlerProgram program, ConfinedLauncher launcher, RuntimeFolder folder, IOptions<HandlerOptions> options, TimeProvider time, ILogger<HandlerSpawner> logger)
    : BlankSpawner<HandlerProcess>("handler", options.Value.Blanks, options.Value.Start, time, logger)
{
    protected override Task<HandlerProcess> StartAsync(string name, CancellationToken cancellationToken) =>
        HandlerProcess.StartAsync(new HandlerId(name), program, launcher, folder, cancellationToken);
}
