using Npgsql;

namespace LoraFaaS.SystemTests.Platform;

/// <summary>Holds every reader of artifacts at the database for as long as it is closed: a store that is as slow as a test needs it.</summary>
internal sealed class ArtifactGate(NpgsqlDataSource database) : IAsyncDisposable
{
    private const string Table = "artifact_chunks";

    private NpgsqlConnection? _holder;

    public async Task CloseAsync()
    {
        _holder = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"BEGIN; LOCK TABLE {Table} IN ACCESS EXCLUSIVE MODE", _holder);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<bool> SomebodyWaitsAsync()
    {
        await using var command = database.CreateCommand($"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{Table}'::regclass");
        return await command.ExecuteScalarAsync() is > 0L;
    }

    public async Task OpenAsync()
    {
        if (_holder is { } holder)
        {
            _holder = null;
            await using var command = new NpgsqlCommand("ROLLBACK", holder);
            await command.ExecuteNonQueryAsync();
            await holder.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await OpenAsync();
}
