using System.Collections.Concurrent;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.TestKit.Processes;

/// <summary>A folder of JavaScript tests whose npm packages are installed from its lock file, once, by whichever test is first.</summary>
public static class NodeFolder
{
    /// <summary>xunit takes an exception whose message begins so for a skipped test, with the rest as its reason.</summary>
    private const string Skip = "$XunitDynamicSkip$";

    /// <summary>What npm says when it cannot reach its registry: nothing is known then about what the tests would find.</summary>
    private static readonly string[] Unreachable =
    [
        "ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ESOCKETTIMEDOUT", "ERR_SOCKET_TIMEOUT", "ENETUNREACH", "EHOSTUNREACH", "EPROTO", "EPIPE",
        "UNABLE_TO_", "SELF_SIGNED_CERT", "CERT_", "FETCH_ERROR", "code E4", "code E5",
    ];

    private static readonly ConcurrentDictionary<string, Task<string>> Installed = new(StringComparer.Ordinal);

    /// <summary>The folder's full path, once <c>npm ci</c> was run in it if it had to be.</summary>
    public static Task<string> InstallAsync(string folderInRepository) => Installed.GetOrAdd(folderInRepository, static folder => Task.Run(() => InstallNowAsync(folder)));

    private static async Task<string> InstallNowAsync(string folderInRepository)
    {
        var folder = RepositoryRoot.Of(folderInRepository);

        // npm writes this file last, so a broken installation is made again.
        if (File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")))
        {
            return folder;
        }

        await using var npm = ChildProcess.Start("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder);
        await Task.WhenAny(npm.Exited, Task.Delay(Patience.StartLimit, TimeProvider.System));

        // A registry that takes connections and says nothing is waited for by npm for longer than by us.
        if (!npm.Exited.IsCompleted)
        {
            throw Unreached(folderInRepository, $"npm ci has not ended within {Patience.StartLimit}");
        }

        if (await npm.Exited == 0)
        {
            return folder;
        }

        var said = npm.Tail();
        throw Array.Find(Unreachable, word => said.Contains(word, StringComparison.Ordinal)) is { } reason
            ? Unreached(folderInRepository, reason)
            : new InvalidOperationException($"npm ci failed in {folder}.\n{said}");
    }

    private static InvalidOperationException Unreached(string folderInRepository, string reason) =>
        new($"{Skip}the packages of {folderInRepository} cannot be had: the npm registry cannot be reached ({reason})");
}
