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
    private static readonly string[] Unreachable = ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH"];

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
        var code = await npm.Exited.WaitAsync(Patience.StartLimit, TimeProvider.System);

        if (code == 0)
        {
            return folder;
        }

        var said = npm.Tail();
        throw new InvalidOperationException(
            Array.Find(Unreachable, word => said.Contains(word, StringComparison.Ordinal)) is { } reason
                ? $"{Skip}the packages of {folderInRepository} cannot be had: the npm registry cannot be reached ({reason})"
                : $"npm ci failed in {folder}.\n{said}");
    }
}
