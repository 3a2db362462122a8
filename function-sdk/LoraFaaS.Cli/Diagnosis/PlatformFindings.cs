using LoraFaaS.Client;

namespace LoraFaaS.Cli.Diagnosis;

/// <summary>Asks a running platform how it is; none running is no fault.</summary>
internal static class PlatformFindings
{
    public static async Task<IReadOnlyList<Finding>> AllAsync(LoraFaaSClient client, Uri gateway, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(client, gateway, cancellationToken);
        }
        catch (LoraFaaSException e) when (e.Unreachable)
        {
            return [Finding.Limited("platform", $"nothing answers at {gateway}", "Start it with deploy/up.sh, or name another with --gateway.")];
        }
        catch (LoraFaaSException e)
        {
            return [Finding.Missing("platform", $"{gateway}: {e.Message}", "Another program's port, or a wrong password (--password-file, $LORAFAAS_PASSWORD)?")];
        }
    }

    private static async Task<IReadOnlyList<Finding>> AskAsync(LoraFaaSClient client, Uri gateway, CancellationToken cancellationToken)
    {
        if (!await client.Platform.IsReadyAsync(cancellationToken))
        {
            return [Finding.Missing("platform", $"{gateway} answers, but is not ready", "Its log says what it waits for; mostly a controller.")];
        }

        var info = await client.Platform.InfoAsync(cancellationToken);
        List<Finding> findings = [Finding.Good("platform", $"{gateway}, version {info.Version.Release}")];
        var workers = await client.Platform.WorkersAsync(cancellationToken);

        if (!workers.Any(worker => worker.State == "ready"))
        {
            findings.Add(Finding.Missing("workers", "none is ready", "No function can be called; a worker's log says what it waits for."));
        }

        foreach (var worker in workers)
        {
            var found = $"{worker.State}, {worker.Device}";
            findings.Add(worker.NotEnforced is []
                ? Finding.Good($"worker {worker.Id}", found)
                : Finding.Limited($"worker {worker.Id}", found, $"Not enforced: {string.Join("; ", worker.NotEnforced)}."));
        }

        return findings;
    }
}
