using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller;

/// <summary>Bounds of what callers may send.</summary>
public sealed class ControllerOptions
{
    public const string Section = "Controller";

    /// <summary>Most bytes of a JSON body. A deployment with a long system prompt is some 40 kB.</summary>
    [Range(1_024, 64 << 20)]
    public int MaxJsonBytes { get; set; } = 1 << 20;

    /// <summary>Most bytes of a pushed adapter. Rank 128 over all modules of a 70B backbone is some 3 GB.</summary>
    [Range(1_024, 1L << 40)]
    public long MaxAdapterBytes { get; set; } = 4L << 30;

    /// <summary>Where uploads lie while they are checked. Empty: the system's temporary folder. Needs twice the largest adapter.</summary>
    public string UploadFolder { get; set; } = "";

    /// <summary>
    /// The keys that seal secrets, one of 64 hexadecimal digits a line; the first one seals. Controllers that share a store share the file.
    /// Empty: secrets can be listed and removed, but not stored.
    /// </summary>
    public string SecretsKeyFile { get; set; } = "";

    /// <summary>The commit this was built from, shown by <c>/system/info</c>. Empty: the build's own identity.</summary>
    public string Commit { get; set; } = "";
}

[OptionsValidator]
internal sealed partial class ControllerOptionsValidator : IValidateOptions<ControllerOptions>;
