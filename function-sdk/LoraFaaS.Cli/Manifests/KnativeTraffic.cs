using LoraFaaS.Cli.Stack;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Manifests;

/// <summary><c>spec.traffic</c>: percents, tags, and revisions by name or as the latest.</summary>
internal static class KnativeTraffic
{
    private const int Whole = 100;

    /// <summary>Null: all calls to the latest revision without a tag, which is what deploying means.</summary>
    public static string? Read(YamlMap spec, string name)
    {
        if (spec.Maps("traffic") is not { Count: > 0 } targets)
        {
            return null;
        }

        var read = targets.Select(target => ReadOne(target, name)).ToList();
        var sum = read.Sum(target => target.Percent);

        if (sum != Whole)
        {
            throw spec.Fault("traffic", $"must be {Whole} percent together, not {sum}");
        }

        return read is [{ Revision: null, Tag: null }] ? null : TrafficText.Write(read);
    }

    private static TrafficTarget ReadOne(YamlMap target, string name)
    {
        target.RefuseUnknown("latestRevision", "revisionName", "configurationName", "percent", "tag", "url");

        if (target.Text("configurationName") is { } configuration && configuration != name)
        {
            throw target.Fault("configurationName", $"may only be {name}");
        }

        var revision = target.Text("revisionName");

        if (revision is not null && target.Flag("latestRevision"))
        {
            throw target.Fault("latestRevision", "may not be true beside a revisionName");
        }

        var number = 0;

        if (revision is not null && !(RevisionName.TrySplit(revision, out var function, out number) && function == name))
        {
            throw target.Fault("revisionName", $"must be one the platform has counted, as in {RevisionName.Of(name, 1)}");
        }

        return new TrafficTarget
        {
            Revision = revision is null ? null : number,
            Percent = (int)(target.Number("percent", 0, Whole) ?? 0),
            Tag = target.Text("tag"),
        };
    }
}
