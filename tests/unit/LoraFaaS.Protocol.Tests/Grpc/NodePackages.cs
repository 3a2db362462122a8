using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;

namespace LoraFaaS.Protocol.Tests.Grpc;

/// <summary>The npm packages of js/, installed from the lock file once, by whichever test is first.</summary>
internal static class NodePackages
{
    public static string Folder { get; } = RepositoryRoot.Of("tests", "unit", "LoraFaaS.Protocol.Tests", "js");

    public static string ControlProto { get; } = RepositoryRoot.Of("controller", "LoraFaaS.Protocol", "Control", "control.proto");

    /// <summary>Below the folders above, which it needs: static fields are made in their order.</summary>
    private static readonly Task Installed = InstallAsync();

    public static Task ReadyAsync() => Installed;

    private static async Task InstallAsync()
    {
        // npm writes this file last, so a broken installation is made again.
        if (File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")))
        {
            return;
        }

        await using var npm = ChildProcess.Start("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], Folder);
        var code = await npm.Exited.WaitAsync(LoraFaaS.TestKit.Time.Patience.StartLimit);

        Assert.True(code == 0, npm.Tail());
    }
}
