namespace LoraFaaS.Cli.Push.Sources;

/// <summary>A repository of a hub, or a folder in one: <c>hf://OWNER/NAME[@REVISION][/FOLDER]</c>, or its page's address.</summary>
/// <param name="Repository"><c>OWNER/NAME</c>.</param>
/// <param name="Revision">A branch, a tag or a commit.</param>
/// <param name="Folder">Within the repository, without a slash at either end; empty for its root.</param>
internal sealed record HubAddress(string Repository, string Revision, string Folder)
{
    public const string Scheme = "hf://";

    private const string Newest = "main";

    public override string ToString() => $"{Scheme}{Repository}@{Revision}{(Folder.Length > 0 ? "/" + Folder : "")}";

    public static bool IsMeant(string text, Uri endpoint) =>
        text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || PagePath(text, endpoint) is not null;

    /// <exception cref="UsageException">It names no repository.</exception>
    public static HubAddress Read(string text, Uri endpoint)
    {
        var path = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..] : PagePath(text, endpoint);

        if (path?.Trim('/').Split('/') is not [{ Length: > 0 } owner, { Length: > 0 } name, .. var rest] || path.Contains("..", StringComparison.Ordinal) || path.Contains('?', StringComparison.Ordinal))
        {
            throw new UsageException($"{text} is not hf://OWNER/NAME[@REVISION][/FOLDER].");
        }

        // A page of a branch is …/tree/BRANCH/FOLDER.
        if (rest is ["tree" or "blob", { Length: > 0 } branch, .. var below] && !name.Contains('@', StringComparison.Ordinal))
        {
            return new HubAddress($"{owner}/{name}", branch, string.Join('/', below));
        }

        var at = name.IndexOf('@', StringComparison.Ordinal);
        var revision = at < 0 ? Newest : Uri.UnescapeDataString(name[(at + 1)..]);

        return at is not 0 && revision.Length > 0
            ? new HubAddress($"{owner}/{(at < 0 ? name : name[..at])}", revision, string.Join('/', rest))
            : throw new UsageException($"{text} is not hf://OWNER/NAME[@REVISION][/FOLDER].");
    }

    /// <summary>Where a file of it lies.</summary>
    /// <param name="revision">A commit, where one is known: two files of a branch need not be of one version.</param>
    public Uri Of(string file, Uri endpoint, string? revision = null)
    {
        var path = string.Join('/', (Folder.Length > 0 ? $"{Folder}/{file}" : file).Split('/').Select(Uri.EscapeDataString));
        return new Uri(endpoint, $"{Repository}/resolve/{Uri.EscapeDataString(revision ?? Revision)}/{path}");
    }

    /// <summary>The path of a repository's page; null for any other address, an archive in a repository included.</summary>
    private static string? PagePath(string text, Uri endpoint) =>
        Uri.TryCreate(text, UriKind.Absolute, out var page) && page.Scheme is "http" or "https" && page.Authority == endpoint.Authority
        && page.AbsolutePath.Trim('/').Split('/') is [_, _] or [_, _, "tree", ..]
            ? page.AbsolutePath
            : null;
}
