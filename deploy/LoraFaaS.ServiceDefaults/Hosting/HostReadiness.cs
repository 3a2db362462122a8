namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>The ready file's content.</summary>
internal sealed record HostReadiness(int Pid, Dictionary<string, string> Urls);
