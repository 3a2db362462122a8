using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using Microsoft.EntityFrameworkCore;

namespace LoraFaaS.Storage.Postgres.Catalogue;

/// <summary>A push: its content by digest, its tag, and <c>latest</c>.</summary>
internal static class AdapterUpsert
{
    public static async Task RunAsync(CatalogueContext context, AdapterRecord adapter, CancellationToken cancellationToken)
    {
        string[] modules = [.. adapter.Modules];
        var pushedAt = adapter.PushedAt.ToUniversalTime();

        await context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO adapter_contents (backbone, name, tag, digest, backbone_digest, bytes, max_rank, modules, pushed_at)
            VALUES ({adapter.Backbone.Value}, {adapter.Name.Value}, {adapter.Tag}, {adapter.Digest.Value}, {adapter.BackboneDigest.Value},
                    {adapter.Bytes}, {adapter.MaxRank}, {modules}, {pushedAt})
            ON CONFLICT (backbone, name, digest) DO UPDATE SET
                tag = excluded.tag, backbone_digest = excluded.backbone_digest, bytes = excluded.bytes, max_rank = excluded.max_rank,
                modules = excluded.modules, pushed_at = excluded.pushed_at
            """,
            cancellationToken);

        // In this order in every transaction, so that two pushes of one adapter wait for each other and never for ever.
        foreach (var tag in new SortedSet<string>(StringComparer.Ordinal) { adapter.Tag, AdapterReference.LatestTag })
        {
            await context.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO adapter_tags (backbone, name, tag, digest, backbone_digest, bytes, max_rank, modules, pushed_at)
                VALUES ({adapter.Backbone.Value}, {adapter.Name.Value}, {tag}, {adapter.Digest.Value}, {adapter.BackboneDigest.Value},
                        {adapter.Bytes}, {adapter.MaxRank}, {modules}, {pushedAt})
                ON CONFLICT (backbone, name, tag) DO UPDATE SET
                    digest = excluded.digest, backbone_digest = excluded.backbone_digest, bytes = excluded.bytes, max_rank = excluded.max_rank,
                    modules = excluded.modules, pushed_at = excluded.pushed_at
                """,
                cancellationToken);
        }
    }
}
