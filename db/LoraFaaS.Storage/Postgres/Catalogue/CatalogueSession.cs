using LoraFaaS.ControlPlane.Ports;
using Microsoft.EntityFrameworkCore;

namespace LoraFaaS.Storage.Postgres.Catalogue;

/// <summary>Runs reads and writes of the catalogue against Postgres, each with a context of its own and the retries that are safe.</summary>
internal sealed class CatalogueSession(IDbContextFactory<CatalogueContext> contexts, PostgresRetry retry)
{
    public Task<T> ReadAsync<T>(Func<CatalogueContext, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        retry.RepeatAsync(
            async token =>
            {
                await using var context = await contexts.CreateDbContextAsync(token);

                return await read(context, token);
            },
            cancellationToken);

    /// <summary>
    /// One transaction: the write, and the version one higher if it was done. The version's row is locked last, so writers queue for the
    /// length of a commit only, and whoever reads a version sees every write that it counts.
    /// </summary>
    public Task<CatalogueWrite> WriteAsync(
        Func<CatalogueContext, CancellationToken, Task<CatalogueWrite>> write, CancellationToken cancellationToken) =>
        retry.OnceAsync((mark, token) => WriteOnceAsync(write, mark, token), cancellationToken);

    /// <summary>For a write that comes to the same when done twice.</summary>
    public Task<CatalogueWrite> RepeatableWriteAsync(
        Func<CatalogueContext, CancellationToken, Task<CatalogueWrite>> write, CancellationToken cancellationToken) =>
        retry.RepeatAsync(token => WriteOnceAsync(write, new CommitMark(), token), cancellationToken);

    private async Task<CatalogueWrite> WriteOnceAsync(
        Func<CatalogueContext, CancellationToken, Task<CatalogueWrite>> write, CommitMark mark, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var result = await write(context, cancellationToken);

        if (result is not CatalogueWrite.Done)
        {
            return result;
        }

        await context.Versions.ExecuteUpdateAsync(
            update => update.SetProperty(row => row.Version, row => row.Version + 1), cancellationToken);
        mark.Set();

        // Not cancellable from here: a caller that leaves must not leave the outcome in doubt.
        await transaction.CommitAsync(CancellationToken.None);
        return result;
    }
}
