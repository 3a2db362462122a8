using System.ComponentModel.DataAnnotations;

namespace LoraFaaS.Storage;

/// <summary>Where a controller keeps what it must not forget, and what it may.</summary>
public sealed class StorageOptions : IValidatableObject
{
    public const string Section = "Storage";

    /// <summary>The folder of the embedded store. Needed unless <see cref="Postgres"/> is given; one controller at a time may use it.</summary>
    public string? DataPath { get; set; }

    /// <summary>An Npgsql connection string; absent: the embedded store. Several controllers may share one database.</summary>
    public string? Postgres { get; set; }

    /// <summary><c>host:port</c>, or a StackExchange.Redis configuration; absent: warm state in this process's memory.</summary>
    public string? Redis { get; set; }

    /// <summary>What every Redis key and channel begins with. Controllers that belong together share one.</summary>
    [Required, RegularExpression("^[a-zA-Z0-9._-]{1,64}$")]
    public string RedisPrefix { get; set; } = "lorafaas";

    /// <summary>Longest wait for an answer of Redis. More rides out slow moments, less lets the controller carry on sooner without it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan RedisTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest time that Postgres is tried again after it went away. More rides out a restart, less answers callers sooner.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan PostgresPatience { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest wait at start for a Postgres that is not up yet.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan PostgresStartPatience { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The embedded store takes a snapshot when its journal has grown by this many bytes. More writes less, less starts faster.</summary>
    [Range(64 << 10, 1L << 40)]
    public long SnapshotAfterBytes { get; set; } = 16 << 20;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Postgres) && string.IsNullOrWhiteSpace(DataPath))
        {
            yield return new ValidationResult("Storage:DataPath or Storage:Postgres must be set: there is nowhere to keep functions.", [nameof(DataPath)]);
        }
    }
}
