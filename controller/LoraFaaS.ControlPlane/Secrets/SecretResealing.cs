using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Secrets;

/// <summary>Once, at start: what an older key has sealed is sealed with the current one, and what cannot be opened is named.</summary>
public sealed partial class SecretResealing(ISecretStore secrets, SecretSealer sealer, TimeProvider time, ILogger<SecretResealing> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = logger;

    public async Task<int> ResealAsync(CancellationToken cancellationToken)
    {
        var done = 0;

        foreach (var secret in await secrets.ListAsync(null, cancellationToken))
        {
            if (sealer.IsCurrent(secret.Value))
            {
                continue;
            }

            if (sealer.TryOpen(secret, out var value) is not SealOpening.Opened and var failure)
            {
                LogNotOpened(secret.Name.Value, secret.Namespace.Value, secret.Value.KeyId, failure);
                continue;
            }

            var resealed = secret with { Generation = secret.Generation + 1, Value = sealer.Seal(secret.Namespace, secret.Name, value) };

            // Stale or gone: somebody wrote it in between, with the current key.
            if (await secrets.UpdateAsync(resealed, cancellationToken) is CatalogueWrite.Done)
            {
                done++;
            }
        }

        return done;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (sealer.CanSeal)
        {
            try
            {
                if (await ResealAsync(stoppingToken) is > 0 and var done)
                {
                    LogResealed(done);
                }

                return;
            }
            catch (Exception exception) when (exception.Passes())
            {
                LogUnavailable(exception.Message);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    [LoggerMessage(2901, LogLevel.Information, "{Count} secrets are sealed with the current key now; keys below it in the file are no longer needed")]
    private partial void LogResealed(int count);

    [LoggerMessage(2902, LogLevel.Error, "Secret {Name} of {Namespace}, sealed with key {Key}, cannot be opened: {Failure}. Put the key back into Controller:SecretsKeyFile, or set the secret again")]
    private partial void LogNotOpened(string name, string @namespace, string key, SealOpening failure);

    [LoggerMessage(2903, LogLevel.Warning, "Secrets could not be looked through yet: {Message}")]
    private partial void LogUnavailable(string message);
}
