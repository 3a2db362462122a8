using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoraFaaS.Storage.Postgres.Catalogue;

/// <summary>The catalogue's tables, mapped column by column; the schema itself is <c>db/migrations</c>.</summary>
internal sealed class CatalogueContext(DbContextOptions<CatalogueContext> options) : DbContext(options)
{
    public DbSet<FunctionRow> Functions => Set<FunctionRow>();

    public DbSet<BackboneRow> Backbones => Set<BackboneRow>();

    public DbSet<AdapterTagRow> AdapterTags => Set<AdapterTagRow>();

    public DbSet<AdapterContentRow> AdapterContents => Set<AdapterContentRow>();

    public DbSet<NamespaceRow> Namespaces => Set<NamespaceRow>();

    public DbSet<CatalogueVersionRow> Versions => Set<CatalogueVersionRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<FunctionRow>(MapFunction);
        modelBuilder.Entity<BackboneRow>(MapBackbone);
        modelBuilder.Entity<AdapterTagRow>(row =>
        {
            MapAdapter(row.ToTable("adapter_tags"));
            row.HasKey(adapter => new { adapter.Backbone, adapter.Name, adapter.Tag });
        });
        modelBuilder.Entity<AdapterContentRow>(row =>
        {
            MapAdapter(row.ToTable("adapter_contents"));
            row.HasKey(adapter => new { adapter.Backbone, adapter.Name, adapter.Digest });
        });
        modelBuilder.Entity<NamespaceRow>(row =>
        {
            row.ToTable("namespaces").HasKey(space => space.Name);
            row.Property(space => space.Name).HasColumnName("name");
            row.Property(space => space.Labels).HasColumnName("labels").HasColumnType("jsonb");
            row.Property(space => space.Annotations).HasColumnName("annotations").HasColumnType("jsonb");
        });
        modelBuilder.Entity<CatalogueVersionRow>(row =>
        {
            row.ToTable("catalogue_version").HasKey(version => version.OnlyRow);
            row.Property(version => version.OnlyRow).HasColumnName("only_row");
            row.Property(version => version.Version).HasColumnName("version");
        });
    }

    private static void MapFunction(EntityTypeBuilder<FunctionRow> row)
    {
        row.ToTable("functions").HasKey(function => new { function.Namespace, function.Name });
        row.Property(function => function.Namespace).HasColumnName("namespace");
        row.Property(function => function.Name).HasColumnName("name");
        row.Property(function => function.Generation).HasColumnName("generation").IsConcurrencyToken();
        row.Property(function => function.Deployment).HasColumnName("deployment").HasColumnType("jsonb");
        row.Property(function => function.Revisions).HasColumnName("revisions").HasColumnType("jsonb");
        row.Property(function => function.DesiredReplicas).HasColumnName("desired_replicas");
        row.Property(function => function.CreatedAt).HasColumnName("created_at");
        row.Property(function => function.UpdatedAt).HasColumnName("updated_at");
        row.Property(function => function.Traffic).HasColumnName("traffic").HasColumnType("jsonb");
    }

    private static void MapBackbone(EntityTypeBuilder<BackboneRow> row)
    {
        row.ToTable("backbones").HasKey(backbone => backbone.Name);
        row.Property(backbone => backbone.Name).HasColumnName("name");
        row.Property(backbone => backbone.Digest).HasColumnName("digest");
        row.Property(backbone => backbone.Path).HasColumnName("path");
        row.Property(backbone => backbone.ConfigJson).HasColumnName("config_json");
        row.Property(backbone => backbone.Architecture).HasColumnName("architecture");
        row.Property(backbone => backbone.Parameters).HasColumnName("parameters");
        row.Property(backbone => backbone.ContextLength).HasColumnName("context_length");
        row.Property(backbone => backbone.VocabularySize).HasColumnName("vocabulary_size");
        row.Property(backbone => backbone.CreatedAt).HasColumnName("created_at");
    }

    private static void MapAdapter<TRow>(EntityTypeBuilder<TRow> row)
        where TRow : AdapterRow
    {
        row.Property(adapter => adapter.Backbone).HasColumnName("backbone");
        row.Property(adapter => adapter.Name).HasColumnName("name");
        row.Property(adapter => adapter.Tag).HasColumnName("tag");
        row.Property(adapter => adapter.Digest).HasColumnName("digest");
        row.Property(adapter => adapter.BackboneDigest).HasColumnName("backbone_digest");
        row.Property(adapter => adapter.Bytes).HasColumnName("bytes");
        row.Property(adapter => adapter.MaxRank).HasColumnName("max_rank");
        row.Property(adapter => adapter.Modules).HasColumnName("modules").HasColumnType("text[]");
        row.Property(adapter => adapter.PushedAt).HasColumnName("pushed_at");
    }
}
