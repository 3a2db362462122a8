using System.ComponentModel.DataAnnotations;
using LoraFaaS.Protocol.Addresses;

namespace LoraFaaS.Gateway;

/// <summary>An absolute http address, or several with commas between. (The framework's Url attribute also takes ftp, and anything after the scheme.)</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ServerListAttribute : ValidationAttribute
{
    public override bool IsValid(object? value) => value is not string { Length: > 0 } text || ServerAddresses.TryParse(text, out _);
}
