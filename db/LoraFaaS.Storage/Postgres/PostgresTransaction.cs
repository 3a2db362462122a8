using LoraFaaS.ControlPlane.Ports;
using Npgsql;

namespace LoraFaaS.Storage.Postgres;

/// <summary>One transaction of plain SQL that is committed only when it did what was asked, with the retries that are safe.</summary>
internal sealed class PostgresTransaction(NpgsqlDataSource database, PostgresRetry retry)
{
    public Task<CatalogueWrite> RunAsync(Func<NpgsqlConnection, CancellationToken, Task<CatalogueWrite>> write, CancellationToken cancellationToken) =>
        retry.OnceAsync((mark, token) => RunOnceAsync(write, mark, token), cancellationToken);

    /// <summary>After an update or a deletion of one row that had to have a generation: why it touched none.</summary>
    public static async Task<CatalogueWrite> ExplainAsync(NpgsqlCommand existence, CancellationToken cancellationToken) =>
        await existence.ExecuteScalarAsync(cancellationToken) is null ? CatalogueWrite.NotFound : CatalogueWrite.Stale;

    private async Task<CatalogueWrite> RunOnceAsync(
        Func<NpgsqlConnection, CancellationToken, Task<CatalogueWrite>> write, CommitMark mark, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await write(connection, cancellationToken);

        if (result is not CatalogueWrite.Done)
        {
            return result;
        }

        mark.Set();

        // Not cancellable from here: a caller that leaves must not leave the outcome in doubt.
        await transaction.CommitAsync(CancellationToken.None);
        return result;
    }
}
