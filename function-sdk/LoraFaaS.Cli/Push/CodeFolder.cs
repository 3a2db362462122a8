using LoraFaaS.Contracts.Errors;
using LoraFaaS.Packaging;

namespace LoraFaaS.Cli.Push;

/// <summary>A folder with a function's own code: what <c>dotnet publish</c> left, or a project that is published here first.</summary>
internal sealed class CodeFolder
{
    private readonly string _path;
    private readonly string? _project;

    private CodeFolder(string path, string? project)
    {
        _path = path;
        _project = project;
    }

    public static bool IsOne(string path) => Directory.Exists(path) && (Project(path) is not null || PackageFolder.IsOne(path));

    /// <exception cref="UsageException">There is neither a project nor a published one.</exception>
    public static CodeFolder Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new UsageException($"There is no folder {path}; a function's code is a project, or what `dotnet publish` left.");
        }

        return Project(path) is { } project ? new CodeFolder(path, project)
            : PackageFolder.IsOne(path) ? new CodeFolder(path, null)
            : throw new UsageException($"{path} holds neither one .csproj nor the output of dotnet publish.");
    }

    /// <summary>The package as its canonical tar, judged before it travels, in a temporary file that is deleted when the stream is disposed.</summary>
    /// <exception cref="UsageException">It does not build, or is no package that can be run; the message says why.</exception>
    public async Task<Stream> ToTarAsync(CancellationToken cancellationToken)
    {
        if (_project is null)
        {
            return await PackAsync(_path, cancellationToken);
        }

        var output = Directory.CreateTempSubdirectory("lorafaas-publish-");

        try
        {
            await ProjectPublisher.PublishAsync(_project, output.FullName, cancellationToken);
            return await PackAsync(output.FullName, cancellationToken);
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }

    private static string? Project(string path) => Directory.EnumerateFiles(path, "*.csproj").Take(2).ToList() is [var only] ? only : null;

    private static async Task<Stream> PackAsync(string folder, CancellationToken cancellationToken)
    {
        if (PackageFolder.Inspect(folder) is PackageInspection.Refused { Problem: var wrong })
        {
            throw Refuse(wrong);
        }

        var temporary = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous });

        try
        {
            if (await PackageArchive.WriteAsync(folder, temporary, cancellationToken) is { } unwritten)
            {
                throw Refuse(unwritten);
            }

            temporary.Position = 0;
            return temporary;
        }
        catch
        {
            await temporary.DisposeAsync();
            throw;
        }
    }

    private static UsageException Refuse(Problem problem) => new($"{problem.Field} {problem.Message}.");
}
