using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using Microsoft.EntityFrameworkCore;

namespace LoraFaaS.Storage.Postgres.Catalogue;

/// <summary>The catalogue that several controllers share.</summary>
internal sealed class PostgresCatalogueStore(CatalogueSession session) : ICatalogueStore
{
    public async ValueTask<long> GetVersionAsync(CancellationToken cancellationToken) =>
        await session.ReadAsync((context, token) => context.Versions.Select(row => row.Version).SingleAsync(token), cancellationToken);

    public Task<CatalogueWrite> CreateFunctionAsync(FunctionRecord function, CancellationToken cancellationToken)
    {
        var row = FunctionRow.From(function);

        return session.WriteAsync(
            async (context, token) => await context.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO functions (namespace, name, generation, deployment, revisions, desired_replicas, created_at, updated_at, traffic)
                VALUES ({row.Namespace}, {row.Name}, {row.Generation}, {row.Deployment}::jsonb, {row.Revisions}::jsonb,
                        {row.DesiredReplicas}, {row.CreatedAt}, {row.UpdatedAt}, {row.Traffic}::jsonb)
                ON CONFLICT DO NOTHING
                """,
                token) == 1 ? CatalogueWrite.Done : CatalogueWrite.Exists,
            cancellationToken);
    }

    public Task<CatalogueWrite> UpdateFunctionAsync(FunctionRecord function, CancellationToken cancellationToken)
    {
        var row = FunctionRow.From(function);

        return session.WriteAsync(
            async (context, token) =>
            {
                var updated = await Stored(context, function.Id)
                    .Where(stored => stored.Generation == row.Generation - 1)
                    .ExecuteUpdateAsync(
                        update => update
                            .SetProperty(stored => stored.Generation, row.Generation)
                            .SetProperty(stored => stored.Deployment, row.Deployment)
                            .SetProperty(stored => stored.Revisions, row.Revisions)
                            .SetProperty(stored => stored.DesiredReplicas, row.DesiredReplicas)
                            .SetProperty(stored => stored.CreatedAt, row.CreatedAt)
                            .SetProperty(stored => stored.UpdatedAt, row.UpdatedAt)
                            .SetProperty(stored => stored.Traffic, row.Traffic),
                        token);

                if (updated == 1)
                {
                    return CatalogueWrite.Done;
                }

                return await Stored(context, function.Id).AnyAsync(token) ? CatalogueWrite.Stale : CatalogueWrite.NotFound;
            },
            cancellationToken);
    }

    public Task<CatalogueWrite> DeleteFunctionAsync(FunctionId id, CancellationToken cancellationToken) =>
        session.WriteAsync(async (context, token) => Found(await Stored(context, id).ExecuteDeleteAsync(token)), cancellationToken);

    public async ValueTask<FunctionRecord?> FindFunctionAsync(FunctionId id, CancellationToken cancellationToken)
    {
        var row = await session.ReadAsync((context, token) => Stored(context, id).AsNoTracking().SingleOrDefaultAsync(token), cancellationToken);

        return row?.ToRecord();
    }

    public async ValueTask<IReadOnlyList<FunctionRecord>> ListFunctionsAsync(NamespaceName? @namespace, CancellationToken cancellationToken)
    {
        var only = @namespace?.Value;
        var rows = await session.ReadAsync(
            (context, token) => context.Functions.AsNoTracking()
                .Where(row => only == null || row.Namespace == only)
                .OrderBy(row => row.Namespace).ThenBy(row => row.Name)
                .ToListAsync(token),
            cancellationToken);

        return [.. rows.Select(row => row.ToRecord())];
    }

    public Task PutBackboneAsync(BackboneRecord backbone, CancellationToken cancellationToken) =>
        session.RepeatableWriteAsync(
            async (context, token) =>
            {
                await context.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO backbones (name, digest, path, config_json, architecture, parameters, context_length, vocabulary_size, created_at)
                    VALUES ({backbone.Name.Value}, {backbone.Digest.Value}, {backbone.Path}, {backbone.ConfigJson}, {backbone.Architecture},
                            {backbone.Parameters}, {backbone.ContextLength}, {backbone.VocabularySize}, {backbone.CreatedAt.ToUniversalTime()})
                    ON CONFLICT (name) DO UPDATE SET
                        digest = excluded.digest, path = excluded.path, config_json = excluded.config_json, architecture = excluded.architecture,
                        parameters = excluded.parameters, context_length = excluded.context_length,
                        vocabulary_size = excluded.vocabulary_size, created_at = excluded.created_at
                    """,
                    token);
                return CatalogueWrite.Done;
            },
            cancellationToken);

    public Task<CatalogueWrite> DeleteBackboneAsync(BackboneName name, CancellationToken cancellationToken) =>
        session.WriteAsync(
            async (context, token) => Found(await context.Backbones.Where(row => row.Name == name.Value).ExecuteDeleteAsync(token)),
            cancellationToken);

    public async ValueTask<BackboneRecord?> FindBackboneAsync(BackboneName name, CancellationToken cancellationToken)
    {
        var row = await session.ReadAsync(
            (context, token) => context.Backbones.AsNoTracking().SingleOrDefaultAsync(row => row.Name == name.Value, token), cancellationToken);

        return row?.ToRecord();
    }

    public async ValueTask<IReadOnlyList<BackboneRecord>> ListBackbonesAsync(CancellationToken cancellationToken)
    {
        var rows = await session.ReadAsync(
            (context, token) => context.Backbones.AsNoTracking().OrderBy(row => row.Name).ToListAsync(token), cancellationToken);

        return [.. rows.Select(row => row.ToRecord())];
    }

    public Task PutAdapterAsync(AdapterRecord adapter, CancellationToken cancellationToken) =>
        session.RepeatableWriteAsync(
            async (context, token) =>
            {
                await AdapterUpsert.RunAsync(context, adapter, token);
                return CatalogueWrite.Done;
            },
            cancellationToken);

    public async ValueTask<AdapterRecord?> FindAdapterAsync(AdapterReference reference, CancellationToken cancellationToken)
    {
        var (backbone, name) = (reference.Backbone.Value, reference.Adapter.Value);

        AdapterRow? row = reference.Pinned is { Value: var digest }
            ? await session.ReadAsync(
                (context, token) => context.AdapterContents.AsNoTracking()
                    .SingleOrDefaultAsync(row => row.Backbone == backbone && row.Name == name && row.Digest == digest, token),
                cancellationToken)
            : await session.ReadAsync(
                (context, token) => context.AdapterTags.AsNoTracking()
                    .SingleOrDefaultAsync(row => row.Backbone == backbone && row.Name == name && row.Tag == reference.Tag, token),
                cancellationToken);

        return row?.ToRecord();
    }

    public async ValueTask<IReadOnlyList<AdapterRecord>> ListAdaptersAsync(CancellationToken cancellationToken)
    {
        var rows = await session.ReadAsync(
            (context, token) => context.AdapterTags.AsNoTracking()
                .OrderByDescending(row => row.PushedAt).ThenBy(row => row.Backbone).ThenBy(row => row.Name).ThenBy(row => row.Tag)
                .ToListAsync(token),
            cancellationToken);

        return [.. rows.Select(row => row.ToRecord())];
    }

    public Task<CatalogueWrite> CreateNamespaceAsync(NamespaceRecord record, CancellationToken cancellationToken)
    {
        var row = NamespaceRow.From(record);

        return session.WriteAsync(
            async (context, token) => await context.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO namespaces (name, labels, annotations) VALUES ({row.Name}, {row.Labels}::jsonb, {row.Annotations}::jsonb)
                ON CONFLICT DO NOTHING
                """,
                token) == 1 ? CatalogueWrite.Done : CatalogueWrite.Exists,
            cancellationToken);
    }

    public Task<CatalogueWrite> UpdateNamespaceAsync(NamespaceRecord record, CancellationToken cancellationToken)
    {
        var row = NamespaceRow.From(record);

        return session.WriteAsync(
            async (context, token) => Found(await context.Namespaces
                .Where(stored => stored.Name == row.Name)
                .ExecuteUpdateAsync(
                    update => update.SetProperty(stored => stored.Labels, row.Labels).SetProperty(stored => stored.Annotations, row.Annotations),
                    token)),
            cancellationToken);
    }

    public Task<CatalogueWrite> DeleteNamespaceAsync(NamespaceName name, CancellationToken cancellationToken)
    {
        if (name == NamespaceName.Default)
        {
            return Task.FromResult(CatalogueWrite.NotFound);
        }

        return session.WriteAsync(
            async (context, token) => Found(await context.Namespaces.Where(row => row.Name == name.Value).ExecuteDeleteAsync(token)),
            cancellationToken);
    }

    public async ValueTask<IReadOnlyList<NamespaceRecord>> ListNamespacesAsync(CancellationToken cancellationToken)
    {
        var rows = await session.ReadAsync(
            (context, token) => context.Namespaces.AsNoTracking().OrderBy(row => row.Name).ToListAsync(token), cancellationToken);

        return [.. rows.Select(row => row.ToRecord())];
    }

    private static IQueryable<FunctionRow> Stored(CatalogueContext context, FunctionId id) =>
        context.Functions.Where(row => row.Namespace == id.Namespace.Value && row.Name == id.Name.Value);

    private static CatalogueWrite Found(int rows) => rows > 0 ? CatalogueWrite.Done : CatalogueWrite.NotFound;
}
