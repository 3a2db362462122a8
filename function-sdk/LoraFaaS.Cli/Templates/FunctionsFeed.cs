using LoraFaaS.Cli.Push;
using LoraFaaS.Cli.Up;

namespace LoraFaaS.Cli.Templates;

/// <summary>
/// The folder that new projects restore LoraFaaS.Functions from: packed here from the sources when it is not there or older than they are. Its package
/// cache lies beside it, so that a package of the same version with newer content is never served from somewhere older.
/// </summary>
internal sealed class FunctionsFeed(string folder, string? repository)
{
    private const string Package = "LoraFaaS.Functions";

    public string Folder { get; } = folder;

    public string CacheFolder => Path.Combine(Folder, "cache");

    public static FunctionsFeed Find()
    {
        var programs = HostPrograms.Find(AppContext.BaseDirectory);
        return new FunctionsFeed(programs.PackagesFolder, programs.Repository);
    }

    /// <summary>The version to refer to.</summary>
    /// <exception cref="UsageException">It cannot be packed, or a published platform came without it.</exception>
    public async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder);

        if (repository is not null && (Newest() is not { } packed || packed.LastWriteTimeUtc < SourcesChanged(repository)))
        {
            if (Directory.Exists(CacheFolder))
            {
                Directory.Delete(CacheFolder, recursive: true);
            }

            await ProjectPublisher.PackAsync(Path.Combine(repository, "function-sdk", Package, Package + ".csproj"), Folder, cancellationToken);
        }

        var file = Newest() ?? throw new UsageException($"There is no {Package} package in {Folder}.");
        return Path.GetFileNameWithoutExtension(file.Name)[(Package.Length + 1)..];
    }

    private FileInfo? Newest() => new DirectoryInfo(Folder).EnumerateFiles(Package + ".*.nupkg").MaxBy(file => file.LastWriteTimeUtc);

    private static DateTime SourcesChanged(string repository) =>
        new[] { Package, "LoraFaaS.Contracts" }
            .SelectMany(project => new DirectoryInfo(Path.Combine(repository, "function-sdk", project)).EnumerateFiles("*.cs*", SearchOption.AllDirectories))
            .Where(file => !file.FullName.Contains("/obj/", StringComparison.Ordinal))
            .Max(file => file.LastWriteTimeUtc);
}
