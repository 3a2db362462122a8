using System.ComponentModel.DataAnnotations;

namespace LoraFaaS.ServiceDefaults.Trust;

/// <summary>The secret that the platform's own processes know each other by.</summary>
public sealed class InternalTokenOptions
{
    public const string Section = "Internal";

    /// <summary>A file with at least 32 characters of secret on its first line, the same for every host of one installation.</summary>
    [Required]
    public string TokenFile { get; set; } = "";
}
