using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.TestKit.Cluster;

/// <summary>What the container images hold, published by the script that they are made with.</summary>
public sealed class PublishedPrograms(string folder)
{
    public static async Task<PublishedPrograms> PublishAsync(string folder)
    {
        foreach (var program in new[] { "gateway", "controller", "worker", "console", "cli" })
        {
            await using var publish = ChildProcess.Start("bash", [RepositoryRoot.Of("deploy", "docker", "publish.sh"), program, Path.Combine(folder, program)]);
            publish.CloseInput();
            var code = await publish.Exited.WaitAsync(Patience.StartLimit);

            if (code != 0)
            {
                throw new InvalidOperationException(publish.Tail());
            }
        }

        return new PublishedPrograms(folder);
    }

    /// <summary>The program's folder: <c>/app</c> of its image.</summary>
    public string Folder(string program) => Path.Combine(folder, program);
}
