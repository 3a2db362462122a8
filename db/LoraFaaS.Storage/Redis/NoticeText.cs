using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Storage.Redis;

/// <summary>A notice as it goes over the channel: one letter, and for some a colon and an id.</summary>
internal static class NoticeText
{
    private const string ProbePrefix = "p:";

    public static string Write(WarmNotice notice) => notice switch
    {
        WarmNotice.Everything => "e",
        WarmNotice.Catalogue => "c",
        WarmNotice.Worker worker => $"w:{worker.Id}",
        WarmNotice.Drain(var id, var resume) => $"{(resume ? 'r' : 'd')}:{id}",
        WarmNotice.Log log => $"l:{log.Function}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Sent to oneself, to see that the subscription is in place.</summary>
    public static string Probe(Guid watch) => ProbePrefix + watch.ToString("N");

    /// <summary>Null for somebody's probe. What a newer release may say that this one does not know means: anything may have changed.</summary>
    public static WarmNotice? Read(string text) => text switch
    {
        "c" => new WarmNotice.Catalogue(),
        ['w', ':', .. var id] => new WarmNotice.Worker(new WorkerId(id)),
        ['d', ':', .. var id] => new WarmNotice.Drain(new WorkerId(id), Resume: false),
        ['r', ':', .. var id] => new WarmNotice.Drain(new WorkerId(id), Resume: true),
        ['l', ':', .. var id] when FunctionId.TryParse(id, out var function) => new WarmNotice.Log(function),
        ['p', ':', ..] => null,
        _ => new WarmNotice.Everything(),
    };
}
