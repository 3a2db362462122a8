using System.Text.Json;

namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>Written beside its place and renamed into it, so that whoever sees the file sees all of it.</summary>
internal static class ReadyFile
{
    public static void Write(string path, HostUrls urls)
    {
        var named = new Dictionary<string, string> { ["http"] = urls.Http };

        if (urls.Rpc is not null)
        {
            named["rpc"] = urls.Rpc;
        }

        if (urls.Inside is not null)
        {
            named["inside"] = urls.Inside;
        }

        var bytes = JsonSerializer.SerializeToUtf8Bytes(new HostReadiness(Environment.ProcessId, named), HostReadinessJson.Default.HostReadiness);
        var beside = $"{path}.{Environment.ProcessId}";

        File.WriteAllBytes(beside, bytes);
        File.Move(beside, path, overwrite: true);
    }
}
