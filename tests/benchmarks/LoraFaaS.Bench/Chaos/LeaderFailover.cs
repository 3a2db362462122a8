using System.Diagnostics;
using System.Globalization;
using LoraFaaS.TestKit.Cluster;
using LoraFaaS.TestKit.Time;
using Npgsql;

namespace LoraFaaS.Bench.Chaos;

/// <summary>Kills whichever controller leads, and times how long it takes until the other's plan is there.</summary>
internal static class LeaderFailover
{
    private const string Newest = "SELECT controller, leader_token FROM preload_plans ORDER BY number DESC LIMIT 1";

    /// <summary>From the kill until the newest plan is of another leader; the dead one is started again afterwards.</summary>
    public static async Task<TimeSpan> MeasureAsync(ComposeCluster cluster, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(cluster.Database);
        ClusterHost? leader = null;
        var token = 0L;

        // What a controller that has just started finds is its predecessor's plan: until one of those that run now has renewed it.
        await Patience.UntilAsync(
            async stop =>
            {
                (var controller, token) = await NewestAsync(database, stop);
                leader = cluster.Controllers.FirstOrDefault(one => controller.Contains(string.Create(CultureInfo.InvariantCulture, $"-{one.Process.Id}-"), StringComparison.Ordinal));
                return leader is not null;
            },
            Patience.StartLimit,
            "a controller plans");

        var killed = Stopwatch.GetTimestamp();
        leader!.Kill();
        await Patience.UntilAsync(async stop => (await NewestAsync(database, stop)).Token > token, Patience.StartLimit, "the other controller plans");
        var took = Stopwatch.GetElapsedTime(killed);
        cancellationToken.ThrowIfCancellationRequested();
        await leader.ReviveAsync();
        return took;
    }

    private static async Task<(string Controller, long Token)> NewestAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Newest);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), reader.GetInt64(1)) : ("", 0);
    }
}
